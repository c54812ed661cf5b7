# Switches a bash on to this checkout: . bootstrap/env.bash   (ROS=kilted for the second leg)
# after `make setup`. A ROS installation sourced before is left out: two cannot be mixed.
unset PYTHONPATH AMENT_PREFIX_PATH CMAKE_PREFIX_PATH COLCON_PREFIX_PATH LD_LIBRARY_PATH ROS_DISTRO
unset _ROS_WHEELS_BOOTSTRAP_COMPLETE RMW_IMPLEMENTATION  # Fast DDS is the only one here
_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
_suffix=$([ "${ROS:-jazzy}" = jazzy ] || echo "-$ROS")
. "$_root/.venv$_suffix/bin/activate"
. "$_root/install$_suffix/local_setup.bash"
PATH="$_root/install$_suffix/emotion_ros/lib/emotion_ros:$PATH"
# Raw frames between processes need more shared memory; the variable was renamed after Jazzy.
_prefix=$([ -n "$_suffix" ] && echo FASTDDS || echo FASTRTPS)
unset FASTRTPS_DEFAULT_PROFILES_FILE FASTDDS_DEFAULT_PROFILES_FILE  # Kilted warns of the old name
export "${_prefix}_DEFAULT_PROFILES_FILE=$_root/config/fastdds.xml"
eval "$(register-python-argcomplete emotion-ros 2>/dev/null)"  # Tab completes
unset _root _suffix _prefix
