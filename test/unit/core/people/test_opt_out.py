# SPDX-License-Identifier: MIT
"""Words with which a person opts out."""

import pytest

from emotion_ros.core.people.opt_out import OptOutPhrases

REQUESTS = """
please stop analyzing my emotions
Don't analyze my face
I don't want to be analyzed
I don't want this robot to record me
please don't record me
can you stop recording?
stop recording now
I'd rather not be recorded
I would rather not be filmed
I do not want to be filmed
stop watching me please
don't film me
stop filming
do not track me
please don't read my emotions
don't read my feelings
I don't like being watched
I'm not comfortable being recorded
I'm not comfortable with being recorded here
turn off the camera
turn your camera off
could you switch off your camera please
turn off emotion recognition
switch the face recognition off
turn off facial analysis
I do not consent
I don't consent to this
I withdraw my consent
I want to opt out
opt me out
please never record me
no photos of me please
don't take any pictures of me
don't take my picture
don't you dare record me
I don't want my face to be scanned
I don't want my emotions analyzed
I don't want my face recorded
stop monitoring us
quit watching me
I DO NOT WANT TO BE ANALYSED
i dont want you reading my face
please delete my data
Don't observe me.
could you please not record me
can you not analyze me
without recording me please
I prefer not to be analysed
no emotion recognition please
I object to being recorded
stop the emotion analysis
stop emotion recognition
no recording please
No filming, please.
please, no photos
Please no videos
stop analysing everything
I don't want you to see my face
don't listen to me
stop listening to me
stop spying on me
please disable the camera
do not analyse my face
Robot, don't listen to us.
I don't want you to listen to me
I'd rather you didn't record me
I prefer that you do not film me
It would be nice if you didn't film me
You must not record me
you may never film me
You do not have my consent
Why don't you stop filming me?
Why are you filming me? Please stop recording.
i am so angry please do not record me
Hey, don't you dare film me!
I don't think I want to be filmed
I told you not to record me
Stop it. Don't film me.
no don't watch me
don't film or record me
Could you please not listen to me?
I am not comfortable with you recording me
I do not like you watching me
you are not allowed to record me
can you stop watching me
stop tracking my face
please do not see my face
stop this robot from recording me
I hope you are not recording me
do not be watching me
I'm sad, switch off the camera
How can I make you stop recording me?
don't be watching me
Please, do not under any circumstances film me
You can't film me
You cannot record me
You have no right to film me
Don't you ever record me again
Would you mind not filming me?
no facial recognition please
i don't feel good please stop filming me
"""
OTHERS = """
Don't hesitate to record me
Don't laugh while you film me
dont ignore me listen to me
I wish you would watch me
Did you not get my picture?
You never take pictures of us
I can't wait to be filmed
you do not have to stop listening to me
I never watch TV
He doesn't record music
You can record me
I do consent
don't stop recording me
I didn't record it
The camera is broken
my camera turned off
let me turn off the light
it's not on camera
they never tracked us down
Don't get me wrong, I like being watched
I do not watch us lose
nobody watches me
please analyse me
watch me
why don't you watch me dance
You never listen to me.
you don't listen to me
You do not even listen to me!
you are not listening to me
i am so angry you never listen to me
My parents don't listen to me.
nobody listens to me
stop, listen to me
stop listen to me
Stop! Listen to me.
why do you not listen to me
why don't you listen to me
Why won't you listen to me?
Why did you not record me?
are you not listening to me
don't you listen to me
can you not see my face
don't go, listen to me
don't go listen to me
don't leave, watch me
don't worry, you can film us
don't worry you can film us
Don't worry. Film us!
never stop watching me
don't stop recording
don't ever stop recording me
you don't have to stop recording
I do not want you to stop recording me
please don't turn off the camera
don't delete my photos
I don't object to being filmed
I don't want to opt out
I'm not afraid of being filmed
I do not care if you record me
Don't just watch me, help me!
No, you may film me
It's not bad, watch me!
I'm not tired, read my face
I have no pictures of us
I don't have any photos of us
They never film me
My mother never watched me
my mother never listens to me
You don't see my feelings
I can't see my face
you never see my emotions
don't forget to record me
I don't know why you watch me
I don't think you see my face
Is he not listening to us?
I hate that you never listen to me
how can you not listen to me
Do not let me down, watch me dance
stop talking and start watching me
dont be shy film me
You are not watching me
It is not on, the camera
I don't think you watch me
don't be sad watch me
nobody is recording me
I am not being filmed
how can you not record me
"""
"""Complaints, contraries, and what is about something else."""


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('', False),
        ("Please don't analyse me.", True),
        ('Please don’t analyze me!', True),
        ('PLEASE DO NOT ANALYZE ME', True),
        ('dont watch me', True),
        ('Could you stop\nwatching me, robot?', True),
        ('Please stop analyzing my emotions', True),
        ('I do not want you to analyse me', True),
        ("I don't want to be recorded.", True),
        ("I'd rather not be filmed", True),
        ('can you stop recording now?', True),
        ("I'm not comfortable being watched here", True),
        ('I don’t want my face to be scanned', True),
        ('No photos of me, please', True),
        ('Could you switch that camera off?', True),
        ('turn off facial recognition', True),
        ("I don't give you my consent", True),
        ('please opt me out', True),
        ("I don't mind being recorded", False),
        ("Don't look at me, this is your turn!", False),
        ("I can't stop listening to this song", False),
        ('He never said that he would record music for us', False),
        ('I watch you', False),
        ("Don't watch the film with me", False),
        ('stop watching melons', False),
        ('I am so happy today!', False),
        ('stop watching me ' * 10_000, True),
    ],
)
def test_an_opt_out_is_found_in_what_recognisers_write(text, expected):
    assert OptOutPhrases().are_in(text) is expected


@pytest.mark.parametrize('text', REQUESTS.strip().splitlines())
def test_a_request_is_an_opt_out(text):
    assert OptOutPhrases().are_in(text)


@pytest.mark.parametrize('text', OTHERS.strip().splitlines())
def test_a_complaint_or_a_contrary_is_no_opt_out(text):
    assert not OptOutPhrases().are_in(text)


def test_phrases_do_not_cross_the_end_of_a_clause():
    phrases = OptOutPhrases(('nicht * filmen', 'bitte nicht'))
    assert phrases.are_in('ihr sollt mich nicht mehr filmen')
    assert not phrases.are_in('Geh nicht, ihr könnt filmen. Bitte! Nicht so.')


def test_the_phrases_are_a_parameter():
    phrases = OptOutPhrases(('Bitte nicht', '', '...', '*', '|', 'lass|lassen * allein|in-ruhe'))
    assert phrases.are_in('Ach, bitte nicht!')
    assert phrases.are_in('Lassen Sie mich doch bitte allein')
    assert phrases.are_in('LASS mich in Ruhe')
    assert not phrases.are_in('lass uns eins zwei drei vier allein')
    assert not phrases.are_in("don't analyse me")
    assert not OptOutPhrases(()).are_in("don't analyse me")


def test_own_phrases_may_be_added_to_the_packaged_ones():
    phrases = OptOutPhrases(('packaged', 'film mich nicht'))
    assert phrases.are_in('Bitte film mich nicht!')
    assert phrases.are_in("don't analyse me")
    assert not phrases.are_in('the goods are packaged')
