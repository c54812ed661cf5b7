# SPDX-License-Identifier: MIT
"""Frequent words of other languages in Latin letters, for texts too short for a profile.

Greetings, answers, feelings and function words, written without the help of any corpus and then
checked against English speech (test_language.py).
"""

_FOREIGN = """
ahoj děkuji dekuji prosím jsem jsi jste je mám rád smutný šťastný dobrý dobře ano ne den jak
nevím nechci proč kde co také velmi

hej tak jeg er ikke glad og det du meget godt ked af vred bange hvad hvordan hvorfor undskyld
farvel elsker dig mig også

vielen danke dank bitte ich bist du ist sind nicht kein keine ja nein guten morgen tag abend
nacht hallo tschüss wiedersehen traurig glücklich müde wütend böse froh schön gut sehr schlecht
mir dir geht das ein eine und aber oder wie wo wer warum heute habe haben hast liebe liebst dich
mich angst lustig toll schade leid tut entschuldigung schuldigung verzeihung verstehe weiß nichts
immer wieder mein meine dein deine auch noch schon jetzt genau natürlich ganz wirklich alles
machst mach zu mit für von auf wunderbar scheiße scheisse freut freue ärgert macht spaß einen

hola gracias muchas mucho mucha adiós buenos buenas días dias tardes noches estoy estás estas
está soy eres es somos son triste feliz contento contenta enojado enojada enfadado cansado
cansada miedo tengo tienes tiene quiero quieres te gusta gustas gustan nada nunca siempre muy
bien mal malo mala bueno buena qué que cómo como dónde donde quién quien cuándo por favor perdón
perdon siento lo el los las una uno y pero porque también tambien hoy ayer mañana amigo amiga
amor odio aquí aqui ahora sí gracioso alegre genial claro vale encanta importa entiendo entiendes
pasa puedo puedes hablo español ayuda hasta luego nos vemos

kiitos hei moi minä olen sinä olet ei kyllä hyvä huono surullinen iloinen onnellinen vihainen
anteeksi mitä kuka missä rakastan sinua huomenta päivää yötä hyvää en tiedä

merci bonjour bonsoir salut beaucoup oui je suis tu es il elle nous vous êtes triste heureux
heureuse content contente fâché colère peur fatigué fatiguée très bien mal ça va aime adore
déteste pas rien jamais toujours pourquoi comment où qui quoi est ce les des une un et mais ou
donc avec sans aujourd demain hier bonne nuit journée au revoir pardon désolé désolée excusez moi
toi ami amie voilà plaît plait mon ton ma ta ne sais veux peux comprends aimes parle français
drôle génial dommage merde

köszönöm szia szeretlek vagyok vagy nem igen szomorú boldog dögös mérges jó napot reggelt estét
hogy miért kérem bocsánat viszlát egy és

terima kasih saya aku kamu tidak senang sedih marah selamat pagi malam siang apa kabar baik cinta
maaf sekali takut

grazie mille ciao buongiorno buonasera buonanotte arrivederci sono sei è siamo triste felice
contento contenta arrabbiato arrabbiata paura stanco stanca molto bene male cosa che come dove
perché perche quando chi anche non niente mai sempre oggi domani ieri piace amo odio voglio vuoi
ho hai una uno il lo gli e ma però per favore scusa scusi mi dispiace so bello bella brutto bravo
brava amico amica sì così tutto questo quella va prego sto stai basta allora

dank je wel bedankt hallo goedemorgen goedenavond goedenacht ik ben jij boos bent niet geen ja
nee verdrietig blij gelukkig moe bang heel erg goed slecht hoe gaat het wat waar waarom wie een
en maar ook vandaag morgen gisteren houd van jou mij mijn jouw leuk mooi alsjeblieft alstublieft
tot ziens lekker weet vind

takk jeg er ikke glad og det du veldig bra lei meg sint redd hva hvordan hvorfor unnskyld elsker
deg også hei

dziękuję dziekuje dzięki cześć czesc dzień dobry dobranoc jestem jesteś nie tak proszę prosze
smutny smutna szczęśliwy szczęśliwa zły zła bardzo dobrze źle kocham cię cie co gdzie dlaczego
kto jak przepraszam boję się sie mam nic dzisiaj dziś jutro

obrigado obrigada olá ola oi tchau bom boa dia tarde noite estou está és somos são triste feliz
contente zangado cansado cansada medo tenho tens tem quero queres gosto gostas muito muita bem
mal não nao sim nada nunca sempre que como onde quem quando porque por favor desculpa desculpe eu
você voce ele ela nós uma um e mas também tambem hoje ontem amanhã amigo amo odeio aqui agora
saudade

mulțumesc multumesc bună buna sunt ești este nu da trist tristă fericit fericită supărat foarte
bine rău te iubesc ce unde cine noapte ziua îmi pare

tack hej jag är inte glad ledsen arg rädd och det du mycket bra dålig vad hur varför förlåt
älskar dig mig också morgon hejdå

teşekkürler tesekkurler teşekkür ederim merhaba günaydın iyi geceler ben sen değil değilim
üzgünüm uzgunum mutluyum mutlu kızgınım çok seni seviyorum evet hayır hayir neden nasıl nasılsın
lütfen lutfen güzel korkuyorum bugün

cảm ơn xin chào tôi bạn không buồn vui rất tốt yêu em anh
"""
"""By language: cs, da, de, es, fi, fr, hu, id, it, nl, no, pl, pt, ro, sv, tr, vi."""

_ENGLISH_TOO = """
adore af amor anh au bang ben bent bra bravo chi claro co come comment content da das den dia dig
dove du e egy el em en er erg es est et eu favor genial glad gut hai hei ho hoe ik il las les lo
los ma mal male mam mi moe mon ne nee nic nie non nos og pardon pas per prego sans sim so son
sono soy stai ta tack tag tak te ton tot tu um un uno va vale van von wat wel wer wo y
"""
"""Words above that English speech has as well, or names: they count for no language."""

_SHARED = """
a am an as be come die do en go hat he in is la man me no non of on over per so son to was we will
"""
"""Common English words that are common in one of these languages too."""

_LOANWORDS = """
beyoncé blasé brûlée café cafés chloé cliché clichés crème crêpe crêpes doppelgänger décor déjà
entrée exposé façade fiancé fiancée jalapeño la matinée naïve né née papier-mâché passé piñata
pokémon protégé purée risqué rosé résumé sauté señor señora señorita smörgåsbord soirée soufflé
touché vis-à-vis voilà zoë à über
"""

FOREIGN_WORDS = frozenset(_FOREIGN.split()).difference(_ENGLISH_TOO.split())
SHARED_WORDS = frozenset(_SHARED.split())
LOANWORDS = frozenset(_LOANWORDS.split())
