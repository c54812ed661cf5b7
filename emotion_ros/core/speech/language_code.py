# SPDX-License-Identifier: MIT
"""ISO 639-1 codes from what recognisers call a language."""

import re

_NAMES = """
af afr afrikaans|ar ara arabic|as asm assamese|az aze azerbaijani|ba bak bashkir
be bel belarusian|bg bul bulgarian|bn ben bengali|bo tib bod tibetan|br bre breton
bs bos bosnian|ca cat catalan valencian|cs cze ces czech|cy wel cym welsh|da dan danish
de ger deu german deutsch|el gre ell greek|en eng english|es spa spanish castilian español
et est estonian|eu baq eus basque|fa per fas persian farsi|fi fin finnish|fo fao faroese
fr fre fra french français|ga gle irish|gd gla gaelic|gl glg galician|gu guj gujarati
ha hau hausa|he heb hebrew iw|hi hin hindi|hr hrv croatian|ht hat haitian|hu hun hungarian
hy arm hye armenian|id ind indonesian in|is ice isl icelandic|it ita italian italiano
ja jpn japanese|jv jav javanese jw|ka geo kat georgian|kk kaz kazakh|km khm khmer
kn kan kannada|ko kor korean|ku kur kurdish|ky kir kyrgyz|la lat latin|lb ltz luxembourgish
ln lin lingala|lo lao|lt lit lithuanian|lv lav latvian|mg mlg malagasy|mi mao mri maori
mk mac mkd macedonian|ml mal malayalam|mn mon mongolian|mr mar marathi|ms may msa malay
mt mlt maltese|my bur mya burmese myanmar|nb nob bokmål|ne nep nepali|nl dut nld dutch flemish
nn nno nynorsk|no nor norwegian|oc oci occitan|or ori odia|pa pan punjabi panjabi|pl pol polish
ps pus pashto|pt por portuguese|ro rum ron romanian moldovan|ru rus russian|rw kin kinyarwanda
sa san sanskrit|sd snd sindhi|si sin sinhala sinhalese|sk slo slk slovak|sl slv slovenian
sn sna shona|so som somali|sq alb sqi albanian|sr srp serbian|su sun sundanese|sv swe swedish
sw swa swahili|ta tam tamil|te tel telugu|tg tgk tajik|th tha thai|tk tuk turkmen
tl tgl tagalog filipino fil|tr tur turkish|tt tat tatar|uk ukr ukrainian|ur urd urdu
uz uzb uzbek|vi vie vietnamese|wo wol wolof|xh xho xhosa|yi yid yiddish ji|yo yor yoruba
zh chi zho chinese mandarin cantonese cmn yue|zu zul zulu
"""
"""A code, then its codes in ISO 639-2, its English name and older or other codes in use."""

CODES = {
    name: line.split()[0]
    for line in _NAMES.replace('|', '\n').strip().splitlines()
    for name in line.split()
}
_FIRST_WORD = re.compile(r'[^\W\d_]+')


def language_code(name: str) -> str:
    """Return the ISO 639-1 code for ``en_US.UTF-8``, ``eng``, ``English`` or ``<|en|>``.

    Empty for a name that is no language, such as ``auto``, ``C`` or ``und``.
    """
    first = _FIRST_WORD.search(name.lower())
    return CODES.get(first.group(), '') if first else ''
