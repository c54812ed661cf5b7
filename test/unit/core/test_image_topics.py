# SPDX-License-Identifier: MIT
"""Names of camera topics: what a person may give, and which topic looks like a camera."""

import pytest

from emotion_ros.core.image_topics import (
    COMPRESSED_IMAGE,
    IMAGE,
    Topic,
    foreign_transports,
    image_sources,
    rank_cameras,
    shows_no_faces,
    split_transport,
)

RAW, JPEG = Topic('/cam/image_raw', IMAGE), Topic('/cam/image_raw/compressed', COMPRESSED_IMAGE)


@pytest.mark.parametrize(
    ('topic', 'base', 'transport'),
    [
        ('', '', ''),
        ('/image', '/image', ''),
        ('/compressed', '/compressed', ''),
        ('/cam/image_raw/compressed', '/cam/image_raw', 'compressed'),
        ('/cam/image_raw/compressedDepth', '/cam/image_raw', 'compressedDepth'),
        ('/cam/image_compressed', '/cam/image_compressed', ''),
    ],
)
def test_a_transport_is_the_last_part_of_a_name(topic, base, transport):
    assert split_transport(topic) == (base, transport)


@pytest.mark.parametrize(
    ('transport', 'given', 'first', 'others'),
    [
        ('raw', '/cam/image_raw', RAW, ()),
        ('raw', '/cam/image_raw/compressed', RAW, ()),
        ('compressed', '/cam/image_raw', JPEG, (Topic('/cam/image_raw', COMPRESSED_IMAGE),)),
        ('compressed', '/cam/image_raw/compressed', JPEG, ()),
        ('auto', '/cam/image_raw', RAW, (JPEG, Topic('/cam/image_raw', COMPRESSED_IMAGE))),
        ('auto', '/cam/image_raw/compressed', JPEG, (RAW,)),
        ('auto', '/cam/image_raw/theora', JPEG, (RAW,)),
    ],
)
def test_what_is_given_leads_to_the_images_of_that_camera(transport, given, first, others):
    sources = image_sources(transport, given)
    assert sources[0] == first
    assert {*others} <= {*sources}
    assert Topic(f'{given}/compressed/compressed', COMPRESSED_IMAGE) not in sources


def test_a_compressed_image_of_another_transport_is_never_taken():
    sources = image_sources('auto', '/cam/image_raw/zstd')
    assert Topic('/cam/image_raw/zstd', COMPRESSED_IMAGE) not in sources


def test_a_name_of_the_compressed_images_may_be_given():
    assert image_sources('compressed', '/image', '/eye')[0] == Topic('/eye', COMPRESSED_IMAGE)


# Topics with images, the likeliest camera first, for a node that wants /camera/image_raw.
REALSENSE = [
    '/camera/camera/color/image_raw',
    '/camera/camera/infra1/image_rect_raw',
    '/camera/camera/infra2/image_rect_raw',
    '/camera/camera/aligned_depth_to_color/image_raw',
    '/camera/camera/depth/image_rect_raw',
]
OTHERS = [
    ['/zed/zed_node/rgb/image_rect_color', '/zed/zed_node/left/image_rect_color'],
    ['/front/image_raw', '/detector/debug_image'],
    ['/oak/rgb/image_raw', '/oak/stereo/image_raw', '/oak/stereo/depth'],
    ['/kinect2/hd/image_color', '/kinect2/sd/image_ir', '/kinect2/sd/image_depth'],
    ['/camera/image_mono', '/camera/disparity', '/segmentation/mask'],
    ['/camera/image', '/eye/image'],
]


@pytest.mark.parametrize('names', [REALSENSE, *OTHERS])
def test_a_colour_camera_is_first_and_depth_masks_and_drawings_are_last(names):
    topics = [Topic(name, IMAGE) for name in sorted(names)]
    ranked = [t.name for t in rank_cameras(topics, Topic('/camera/image_raw', IMAGE))]
    assert ranked[0] == names[0]
    last = [name for name in names if shows_no_faces(name)]
    assert sorted(ranked[len(names) - len(last) :]) == sorted(last)


def test_a_camera_of_the_same_namespace_is_first():
    topics = [Topic(f'/{robot}/camera/color/image_raw', IMAGE) for robot in ('r1', 'r2')]
    assert rank_cameras(topics, Topic('/r2/eye', IMAGE), '/r2')[0] == topics[1]


def test_only_what_can_be_subscribed_to_is_ranked():
    topics = [JPEG, Topic('/cam/image_raw/theora', 'theora_image_transport/msg/Packet')]
    topics += [Topic('/cam/depth/compressedDepth', COMPRESSED_IMAGE), Topic('/scan', 'a/msg/B')]
    assert rank_cameras(topics, RAW) == [JPEG]
    assert foreign_transports(topics, RAW.name) == [topics[1]]


@pytest.mark.parametrize(
    ('robot', 'likeliest', 'others'),
    [
        ('naoqi_driver2', '/camera/front/image_raw', ['/camera/bottom/image_raw']),
        ('spot_ros2 52', '/spot/camera/frontleft/image', ['/spot/camera/back/image']),
        ('spot_ros2 52', '/spot/camera/left/image', ['/spot/camera/hand/image']),
        ('stretch_ros2', '/camera/color/image_raw', ['/gripper_camera/color/image_rect_raw']),
        ('TIAGo', '/head_front_camera/image_raw', ['/base_rear_camera/rgb/image_raw']),
        ('HSR', '/head_rgbd_sensor/rgb/image_raw', ['/hand_camera/image_raw']),
        ('own', '/camera_front/image_raw', ['/camera_back/image_raw', '/arm/image_raw']),
        ('own', '/hand_camera/image_raw', ['/depth/image_raw', '/camera/infra1/image_raw']),
    ],
)
def test_the_camera_that_looks_at_people_comes_first(robot, likeliest, others):
    topics = [Topic(name, IMAGE) for name in sorted([*others, likeliest])]
    assert rank_cameras(topics, Topic('/image', IMAGE))[0].name == likeliest, robot
