# SPDX-License-Identifier: MIT
"""Sentences that Whisper and its relatives invent in silence, as they learned from subtitles.

Collected from public reports (openai/whisper discussions 679 and 928 and many others). They count
only as the whole text, for a person may say them; "Thank you." and "Bye." are words.
"""

import re
from functools import cache

from emotion_ros.perception.text.normalize import NOISE_WORDS

_WHO = r'(?: (?:guys|everyone|everybody|all|you|folks|friends|so much|very much|again|a lot))*'
_OPENING = (
    r'(?:(?:so|ok|okay|alright|all right|well|and|anyway|hey|hi|hello|guys|everyone|again) )*'
)
_SHOW = (
    r'(?:video|videos|channel|show|stream|livestream|podcast|episode|program|programme|one|vlog)'
)
_SEE_YOU = r'(?:(?:i|we) (?:will|ll) )?(?:see|catch|talk to) (?:you|ya)(?: guys| all)?(?: again)?'
_IN_THE_NEXT = (
    r'(?:in |on )?(?:the |my |our |another |a )?(?:next|new|following|another) '
    r'(?:video|one|episode|stream|vlog)'
)
_NEXT = (
    rf'(?: and {_SEE_YOU}(?: \w+){{0,5}}| and have an? \w+ \w+'
    r'|(?: and| please)* (?:do not |don t |please |forget |to |like |and |comment |share )*'
    r'subscribe.*)?'
)
_ENGLISH = (
    # thanks to the audience
    rf'{_OPENING}(?:thank you|thanks|thank){_WHO} for (?:your |you )?'
    rf'(?:watching|viewing|tuning in|joining us)(?: (?!me |us |over |and |see )\w+){{0,6}}{_NEXT}',
    # the video and the next one
    r'(?:please )?check out (?:my|our|the)(?: \w+)? (?:videos?|channel|playlist)\b.*',
    rf'i hope you (?:guys )?(?:enjoyed|liked)(?: watching)? (?:this|my|today s) {_SHOW}(?: .*)?',
    rf'if you (?:enjoyed|liked) (?:this|the|my) {_SHOW}',
    rf'{_OPENING}{_SEE_YOU} {_IN_THE_NEXT}(?: \w+){{0,2}}',
    rf'(?:hello|hi|hey)?(?: \w+){{0,3}} ?welcome(?: back)? to (?:my|our|another) (?:\w+ ){{0,4}}'
    rf'{_SHOW}.*',
    rf'(?:in )?(?:this|today s) {_SHOW} (?:is sponsored by|was sponsored by|i m going to|we re '
    r'going to)\b.*',
    # credits
    r'(?:.* )?amara(?: org)?(?: .*)?',
    r'(?:\w+ ){0,3}(?:subtitles?|subtitled|captions?|captioned|captioning|transcription'
    r'|transcripts?|transcribed|translated|translation|subs|subbed)(?: \w+){0,3} by\b.*',
    r'(?:© )?transcripts? (?:emily beynon|provided)\b.*',
    r'(?:\w+ )?(?:closed )?captions? (?:not )?(?:available|provided).*',
    r'(?:copyright |© ?|c )(?:\w+ ){0,4}(?:19|20)\d\d(?: \w+){0,4}|.*\ball rights reserved',
    r'(?:.* )?www \w+.*|tv \w+ 20\d\d',
    r'stay tuned (?:for|to)(?: \w+){0,3} (?:video|episode|stream)s?',
    r'https?(?: \w+){1,4}|(?:❤ )?(?:par |by )?\w+ (?:com|net|org)|go to \w+ com for all\b.*',
    r'(?:please )?share (?:this|the|our|my) video\b.*|microsoft office word document \w+',
    r'if you have any (?:questions|comments)(?: or (?:\w+ )?problems)? (?:please )?'
    r'(?:post|leave|write|put) (?:them|it|a comment) (?:in|below)\b.*',
    r'(?:.* )?(?:ming pao \w+.*|yoyo television series exclusive)',
    r'(?:\w+ ){0,2}(?:satsang with )?mooji(?: org)?(?: .*)?',
    r'(?:this is )?(?:a )?production of .* (?:studios|television|tv)',
)
_OTHERS = r"""
(?:live )?untertitel(?:ung)?\b.*
(?:vielen dank|danke)(?: \w+)? (?:fürs|für das|für s) (?:zuschauen|zusehen|ansehen).*
(?:wdr|swr|zdf|ard|ndr|br|mdr)(?: mediagroup)?(?: \w+)? 20\d\d.*
bis zum nächsten mal
tak (?:fordi|for at) .*
legendas? adriana zanotto
nu uitați să .*abon.*
köszön(?:öm|jük) hogy .*
υπότιτλοι.*
das war s für heute.*
ondertitel(?:s|d|ing)\b.*
(?:bedankt|dank je|dank u)(?: \w+){0,2} (?:kijken|bekijken).*
(?:svensk )?undertext(?:er|ning)?\b.*
tack(?: \w+){0,4} (?:tittade|tittat|tittar).*
(?:teksting|tekstet|undertekster|danske tekster)\b.*
takk for (?:at du )?(?:så på|ser på).*
sous titr(?:es|age|ages|é|és)\b.*
merci (?:d avoir regardé|à tous d avoir|de votre attention).*
abonnez vous.*
n oubliez pas de vous abonner.*
subt[ií]tul(?:os|ado|ada)\b.*
(?:muchas )?gracias(?: a todos)? por (?:ver|su atención|mirar).*
suscr[ií]b(?:ete|ase|anse)\b.*
no (?:olvides|olvides de|se olviden de) suscribir\w*.*
(?:transcrição e )?legendas?\b.* (?:por|pela|pelo|comunidade)\b.*
legendado por.*
(?:muito )?obrigad[oa](?: \w+)? por (?:assistir|assistirem|ver).*
inscreva se.*
sottotitoli\b.*
grazie(?: mille| a tutti)? per (?:aver|la visione|l attenzione)\b.*
iscriv(?:iti|etevi)\b.*
subtitrare(?:a)?\b.*
mulțumesc pentru vizionare.*
(?:\w+ )*napisy (?:stworzone|wykonane|robione|przygotowane)\b.*
dzięk(?:uję|i) za (?:obejrzenie|oglądanie|uwagę).*
zasubskrybuj.*
titulky(?: \w+)* (?:vytvořil|johnyx)\b.*
děkuji za pozornost.*
ďakujem za pozornosť.*
hvala (?:što pratite|na gledanju)\b.*
(?:prijevod|prevod|titl)\w* (?:i obrada|titlova).*
altyazı m k.*
(?:izlediğiniz|izlediginiz) için teşekkür.*
.*abone ol.*
feliratozás.*
köszönöm a figyelmet.*
tekstitys.*
kiitos kun katsoit.*
(?:terima kasih|terimakasih)(?: \w+){0,3} (?:menonton|sudah menonton).*
cảm ơn (?:các )?bạn đã (?:theo dõi|xem).*
.*(?:hãy|đăng ký|subscribe) (?:cho )?kênh.*
(?:.* )?(?:редактор|корректор|переводчик) субтитров.*
субтитр\w*.*
продолжение следует.*
спасибо за (?:просмотр|внимание|подписку).*
подписывай(?:тесь|ся).*
дякую за (?:перегляд|увагу).*
підписуй(?:тесь|ся).*
.*字幕.*
作詞.*
.*獨播劇場.*
.*(?:한글|한국어) ?자막.*|자막 (?:제공|by).*
.*देखने के लिए.*
.*सब्सक्राइब.*
زیرنویس.*
โปรดติดตามตอน.*
.*ご視聴.*
.*チャンネル登録.*
.*次の動画.*
.*高評価.*
.*(?:点赞|點贊|订阅|訂閱|打赏|打賞|谢谢观看|謝謝觀看|感谢观看|感謝觀看|感谢收看|感謝收看|谢谢大家观看).*
.*시청해\s?주셔서.*
.*구독.*
.*뉴스.*입니다
.*اشترك\w* في القناة.*
.*شكرا.*المشاهدة.*
ترجمة .*
.*תודה.*הצפייה.*
.*ขอบคุณที่(?:รับชม|ติดตาม).*
"""
"""A regular expression a line; German first, scripts other than Latin last."""

_FILLER = re.compile(
    r'(?:(?:ok|okay|so|well|and|now|guys|everyone|all|again) )*(?:thank you|thanks|bye|bye bye'
    r'|goodbye|good bye|see you(?: \w+){0,3}|until next time|i ll see you(?: \w+){0,3}|take care'
    r'|peace|cheers|have a (?:great|good|nice) (?:day|one|night|evening|weekend)|you|the end'
    r'|i love you(?: all| guys)?)(?: (?:all|everyone|guys|so much|very much|again))*'
)
_SENTENCE_END = re.compile(r'(?<=[.!?。！？…])\s*(?=\S)|\s[-–—|]\s')
_SEPARATORS = re.compile(r'[^\w©\u0300-\u036f\u0900-\u097f\u0e00-\u0e7f]+|_')
"""Vowels of Hindi and Thai are marks, not letters, to ``\\w``."""
_ADVERTISING = """
a already also an and another any be bell below button channel click comment comments consider
content do don down enjoyed everyone for forget free friends future give guys haven hit icon if
in it just leave like liked make miss more my never new not notification notifications now on or
our please post press remember ring section share smash so subscribe subscribed sure t that the
then this thumbs to today turn up update updates us video videos with yet you your
"""
"""What advertising for a channel consists of."""

_ADVERTISED = re.compile(
    r'\bsubscribe\b|like button|bell icon|notification bell|(?:hit|click) the bell|my channel'
    r'|comments? (?:down )?below|comments? section|(?:this|the) (?:video )?a (?:like|thumbs up)'
    r'|like (?:and |or )?(?:comment|share)|(?:like|share) (?:and \w+ )?this video'
)
_TRIGGERS = """
abone abonner abonnez amara ard attention bedankt bell below br button by caption captions
channel closed com comment comments copyright dank danke emily episode gracias grazie heute http
https hvala inscreva iscrivetevi iscriviti joining kiitos legenda legendado legendas like
m mal mdr merci ming mooji msworddoc napisy ndr next obrigada obrigado ondertitel
ondertiteld ondertiteling ondertitels otter podcast prevod prijevod production program rights
satsang section share show sottotitoli sous stream subscribe subtitrare subtitrarea subtitulado
subtitulos suscribanse suscribete swr tack tak takk tekster tekstet teksting tekstitys terima
terimakasih titl titulky transcript transcripts tuned tuning tv undertekster undertext
undertexter undertextning untertitel untertitelung video videos vielen viewing watching wdr
welcome www zasubskrybuj zdf
"""
"""Every sentence above has one of these words, or a letter that is not of ASCII."""

ADVERTISING = frozenset(_ADVERTISING.split())
TRIGGERS = frozenset(_TRIGGERS.split())
LONGEST = 300


def is_hallucination(text: str) -> bool:
    """Return whether the text is nothing but what recognisers invent in silence.

    That is one of the sentences above, or the one word that Vosk makes of noise.
    """
    folded = text.casefold()
    if folded.strip(' .,!?') in NOISE_WORDS:
        return True
    if len(text) > LONGEST or (
        text.isascii() and TRIGGERS.isdisjoint(_SEPARATORS.sub(' ', folded).split())
    ):
        return False
    parts = _SENTENCE_END.split(folded)
    sentences = [words for part in parts if (words := _SEPARATORS.sub(' ', part).strip())]
    if _is_invented(' '.join(sentences)):
        return True
    rest = [sentence for sentence in sentences if not _is_invented(sentence)]
    return len(rest) < len(sentences) and all(_FILLER.fullmatch(sentence) for sentence in rest)


def _is_invented(words: str) -> bool:
    is_advertising = _ADVERTISED.search(words) and ADVERTISING.issuperset(words.split())
    return bool(is_advertising or _invented().fullmatch(words))


@cache
def _invented() -> re.Pattern[str]:
    """Compile the sentences at first use: it takes 15 ms."""
    return re.compile('|'.join(f'(?:{p})' for p in (*_ENGLISH, *_OTHERS.split('\n')[1:-1])))
