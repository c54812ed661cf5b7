// The page of the dashboard: shows what arrives on one websocket, and sends typed words if the
// server takes some.
'use strict';

const TIMEOUT_MS = 3000; // a server that is alive sends more often
const SILENT_MS = 1500;
const RETRY_MS = [500, 1000, 2000, 4000];
const MAX_EVIDENCE = 5;
const SENSES = ['face', 'text', 'voice']; // those with a column of probabilities
const LEVEL_RANGE_DB = 60; // below full scale; the meter is empty there
const FOCUS = ''; // the track of the person in focus of the robot, as in the messages
const $ = (id) => document.getElementById(id);

let about = null; // the server's first message: vocabulary, topic, settings
let now = null; // its latest message
let tracks = {}; // the samples of the last minute by person
let picture = null; // the latest camera image
let socket = null;
let receivedAt = performance.now();
let retries = 0;
let frozen = null; // what the page shows while it is frozen: {now, tracks, picture}
let chosen = FOCUS; // the person shown
let pauses = []; // the times at which the page was frozen
let isDue = false;
const sizes = { timeline: null, circumplex: null };

function connect() {
  const address = new URL('live', location.href); // below the path that a proxy gives the page
  address.protocol = address.protocol.replace('http', 'ws');
  socket = new WebSocket(address);
  socket.binaryType = 'blob';
  socket.onmessage = onMessage;
  socket.onclose = onClose;
  receivedAt = Math.max(receivedAt, about ? 0 : performance.now());
}

function onClose() {
  socket = null;
  requestPaint();
  setTimeout(connect, RETRY_MS[Math.min(retries, RETRY_MS.length - 1)]);
  retries += 1;
}

async function onMessage(event) {
  receivedAt = performance.now();
  if (typeof event.data !== 'string') {
    const before = about?.deletions;
    const image = await createImageBitmap(event.data);
    if (about?.deletions !== before) return image.close();
    if (picture !== frozen?.picture) picture?.close();
    picture = image;
    return;
  }
  const message = JSON.parse(event.data);
  if (about && message.deletions !== about.deletions) keepOnly(message);
  if (message.kind === 'hello') {
    about = message;
    tracks = message.tracks;
    $('say').hidden = !message.accepts_words;
    setText('advice', message.advice ?? '');
    pauses = [];
    retries = 0;
    return;
  }
  now = message;
  addSamples(message);
  requestPaint();
}

// A person was paused: what the server has deleted is deleted here, a frozen page included.
function keepOnly({ deletions, tracks: left }) {
  about.deletions = deletions;
  tracks = left ?? {};
  if (frozen) toggleFreeze();
  picture?.close();
  picture = null;
}

function addSamples({ samples, now: now_s, enabled }) {
  if (!enabled) tracks = {};
  for (const [person, sample] of Object.entries(enabled ? samples : {})) {
    const track = (tracks[person] ??= []);
    if (!track.length || sample.t > track[track.length - 1].t) track.push(sample);
  }
  for (const [person, track] of Object.entries(tracks)) {
    while (track.length && now_s - track[0].t > about.window_s) track.shift();
    if (!track.length) delete tracks[person];
  }
}

// A connection that is silent for too long is closed here; onClose then connects again.
setInterval(() => {
  const silence_ms = performance.now() - receivedAt;
  if (socket?.readyState === WebSocket.OPEN && silence_ms > TIMEOUT_MS) socket.close();
  if (silence_ms > SILENT_MS) requestPaint();
}, 500);

function requestPaint() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    paint();
  });
}

function isSilent() {
  return !socket || socket.readyState !== WebSocket.OPEN || performance.now() - receivedAt > SILENT_MS;
}

// The view of the page in one word: it selects the texts, the style (data-view), and is tested.
function situation(message) {
  if (!message) return 'connecting';
  if (isSilent()) return 'disconnected';
  if (!message.enabled) return 'disabled';
  if (!message.state || message.state_age > about.silence_s) return 'no_data';
  const state = shownState(message);
  if (!state) return 'left';
  const status = about.statuses[state.status];
  return status === 'ok' && state.conflict ? 'conflict' : status;
}

// The state of the person shown; null when that person is not in view.
function shownState(message) {
  if (chosen === FOCUS) return message.state;
  return message.people.find((person) => person.person_id === chosen) ?? null;
}

const BANNERS = {
  connecting: 'Connecting to the dashboard node.',
  disconnected: 'No data: these are the last values. Connecting again.',
  no_data: 'No state is published.',
  no_input: 'No images and no speech arrive.',
  disabled: 'The service ~/enable switches it on.',
  left: 'Press 0 for the person in focus of the robot.',
};

function paint() {
  const shown = frozen ?? { now, tracks, picture };
  const is = situation(shown.now);
  document.body.dataset.view = is;
  const isLost = is === 'disconnected' || is === 'connecting';
  const notice = isLost || frozen ? '' : shown.now.notice;
  setText('banner', notice || bannerWords(is));
  setText('live', isLost ? lostWords(is) : frozen ? '❚❚ frozen' : '● live');
  $('live').className = `chip ${isLost ? 'bad' : frozen ? 'warn' : 'good'}`;
  setText('topic', about?.topic ?? '');
  if (!shown.now) return;
  paintHeadline(is, shown.now);
  paintPeople(shown.now);
  paintPrivacy(shown.now);
  paintBars(is, shown.now);
  paintCamera(is, shown);
  paintCharts(shown, isLost);
  paintTranscript(shown.now);
  paintVoice(shown.now);
  paintHealth(shown.now, shown.tracks[FOCUS] ?? []);
  showTip();
}

function bannerWords(is) {
  if (is === 'no_data' || is === 'no_input') return `${BANNERS[is]} ${about.advice ?? ''}`;
  return BANNERS[is] ?? (frozen ? 'Frozen: space or “Resume” goes on.' : '');
}

function lostWords(is) {
  const silence_s = Math.round((performance.now() - receivedAt) / 1000);
  return is === 'connecting' ? '○ connecting' : `○ no data for ${silence_s} s`;
}

function setText(id, words) {
  if ($(id).textContent !== words) $(id).textContent = words;
}

function paintHeadline(is, message) {
  const state = is === 'no_data' || is === 'disabled' ? null : shownState(message);
  const status = state ? about.statuses[state.status] : '';
  const hasEmotion = state !== null && state.label !== 'unknown';
  const kind = is === 'disconnected' ? (state?.conflict ? 'conflict' : status) : is;
  const words = { no_data: 'no data', conflict: 'conflict', left: 'not in view' }[kind] ?? about.status_words[kind] ?? '';
  const label = hasEmotion ? state.label : status === 'ok' ? 'uncertain' : words;
  const isLost = is === 'disconnected';
  $('status').className = isLost ? 'chip hue unknown' : `chip hue ${kind}${label === words ? ' said' : ''}`;
  setText('status', isLost ? 'last values' : words || '–');
  setText('person', personWords(state, message));
  $('label').className = hasEmotion ? state.label : 'unknown';
  setText('label', label);
  setText('confidence', hasEmotion ? charts.percent(state.confidence) : '');
  setText('held', hasEmotion ? `for ${state.duration.toFixed(1)} s` : '');
  paintAct(is, state, words);
  const summary = state?.summary ?? '';
  setText('summary', summary.toLowerCase() === words ? '' : summary);
  $('summary').dataset.tip = summary; // there are two lines for it
  const evidence = [...(state?.evidence ?? [])].sort((a, b) => Number(b.used) - Number(a.used));
  const total = evidence.reduce((sum, one) => sum + (one.used ? one.weight : 0), 0);
  $('evidence').replaceChildren(...evidence.slice(0, MAX_EVIDENCE).map((one) => evidenceRow(one, total, state)));
}

function personWords(state, message) {
  const person = chosen || state?.person_id || '';
  if (!person) return '';
  return person === message.state?.person_id ? `${person}, in focus` : `${person}, chosen`;
}

// The reason is left out where it would repeat the status.
function paintAct(is, state, words) {
  const isLost = is === 'disconnected';
  $('act').className = state?.actionable && !isLost ? 'good' : 'warn';
  const reason = state ? about.reason_words[state.not_actionable_reason] : '';
  const why = reason && reason !== words ? `: ${reason}` : '';
  setText('act', !state || isLost ? '' : state.actionable ? '✓ actionable' : `✕ not actionable${why}`);
}

function evidenceRow(evidence, total, state) {
  const row = element('tr', evidence.used ? '' : 'unused');
  const weight = element('td', 'weight');
  const kind = charts.modalityClass(evidence.modality);
  if (evidence.used) weight.append(meter(evidence.weight / total, kind), ` ${evidence.weight.toFixed(2)}`);
  else weight.textContent = `not used: ${reasonWords(evidence.reject_reason)}`;
  const source = element('td', `hue ${kind}`, evidence.modality);
  if (evidence.person_id && evidence.person_id !== state.person_id) source.append(element('span', 'soft', ` ${evidence.person_id}`));
  const age = evidence.age === null ? '' : `${evidence.age.toFixed(1)} s`;
  row.append(source, element('td', '', evidence.detail || '–'), weight, element('td', 'number', age));
  return row;
}

function reasonWords(reason) {
  return about.reject_words[reason] ?? reason.replaceAll('_', ' ');
}

function element(tag, className = '', text = '') {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function meter(share, kind) {
  const outer = element('span', `meter ${kind}`);
  outer.append(element('i'));
  setMeter(outer, share);
  return outer;
}

function setMeter(meterElement, share) {
  meterElement.firstChild.style.transform = `scaleX(${Math.min(Math.max(share || 0, 0), 1)})`;
}

// One button for the focus of the robot and one per person, in the order of their ids; they stay
// in the page, so that clicks and the keyboard's focus survive.
function paintPeople(message) {
  const people = [...message.people].sort((a, b) => a.person_id.localeCompare(b.person_id, 'en', { numeric: true }));
  const wanted = ['', ...people.map((state) => state.person_id)];
  const row = $('people');
  const isMany = people.length > 3;
  row.className = isMany ? 'many' : '';
  const buttons = [...row.children];
  for (const button of buttons) if (!wanted.includes(button.dataset.person)) button.remove();
  wanted.forEach((person, i) => {
    const button = buttons.find((one) => one.dataset.person === person) ?? personButton(person);
    if (row.children[i] !== button) row.insertBefore(button, row.children[i] ?? null);
    button.setAttribute('aria-pressed', String(person === chosen));
    const state = people[i - 1];
    const words = state ? personEmotion(state, isMany) : 'in focus';
    button.lastChild.className = state ? `hue ${state.label}` : '';
    if (button.lastChild.textContent !== words) button.lastChild.textContent = words;
  });
}

// Where words are accepted, the person shown can be paused, too.
function paintPrivacy(message) {
  const state = message.people.find((one) => one.person_id === (chosen || message.state?.person_id));
  $('privacy').hidden = !state || !about.accepts_commands;
  if ($('privacy').hidden) return setText('privacy', '');
  $('privacy').dataset.command = `${isPaused(state) ? '/resume' : '/pause'} ${state.person_id}`;
  setText('privacy', isPaused(state) ? 'Resume analysis' : 'Pause analysis');
}

function isPaused(state) {
  return about.statuses[state.status] === 'paused';
}

function personEmotion(state, isShort) {
  const label = isPaused(state) ? 'paused' : state.label === 'unknown' ? 'uncertain' : state.label;
  return isShort || !state.confidence ? label : `${label} ${charts.percent(state.confidence)}`;
}

function personButton(person) {
  const button = element('button', 'person');
  button.type = 'button';
  button.dataset.person = person;
  button.dataset.tip = person ? `show ${person}` : 'show the person in focus of the robot (0)';
  if (person) {
    button.setAttribute('aria-label', `show ${person}`);
    button.append(element('span', `badge person-${camera.personIndex(person)}`, camera.shortName(person)));
  }
  button.append(element('span'));
  button.addEventListener('click', () => choose(person));
  return button;
}

function choose(person) {
  chosen = person;
  requestPaint();
}

function paintBars(is, message) {
  const list = $('bars');
  if (!list.children.length) {
    list.append(...about.emotions.map((emotion) => {
      const bar = element('li');
      bar.append(element('span', '', emotion), meter(0, emotion), element('span', 'number'));
      for (const modality of SENSES) {
        const part = meter(0, `of ${modality}`);
        part.setAttribute('role', 'img');
        bar.append(part);
      }
      return bar;
    }));
  }
  const state = is === 'no_data' || is === 'disabled' ? null : shownState(message);
  const hasVoice = message.voice || state?.evidence.some((one) => one.modality === 'voice');
  if (hasVoice) document.body.classList.add('has-voice'); // its column is there from then on
  about.emotions.forEach((emotion, i) => {
    const [name, bar, number, ...parts] = list.children[i].children;
    const share = state ? state.probabilities[i] : null;
    name.className = state?.label === emotion ? 'stable' : '';
    setMeter(bar, share);
    const words = charts.percent(share);
    if (number.textContent !== words) number.textContent = words;
    SENSES.forEach((modality, j) => {
      const evidence = state?.evidence.find((one) => one.used && one.modality === modality);
      const part = evidence ? evidence.probabilities[i] : null;
      setMeter(parts[j], part);
      parts[j].dataset.tip = evidence ? `${emotion}: ${charts.percent(part)} by ${modality}` : '';
      parts[j].setAttribute('aria-label', `${modality} ${charts.percent(part)}`);
    });
  });
}

// The level of the microphone and whether a person speaks; hidden until a voice node reports.
function paintVoice({ voice }) {
  const place = $('voice');
  place.hidden = !voice;
  if (!voice) return;
  if (!place.children.length) place.append('voice ', meter(0, 'voice'), element('span', 'words'));
  const isLate = voice.age > about.silence_s;
  setMeter(place.firstElementChild, isLate || voice.level_dbfs === null ? 0 : 1 + voice.level_dbfs / LEVEL_RANGE_DB);
  const words = isLate ? 'no sound' : voice.speaking ? 'speech' : 'silence';
  if (place.lastChild.textContent !== words) place.lastChild.textContent = words;
  place.dataset.tip = isLate || voice.level_dbfs === null ? 'level of the microphone' : `level of the microphone: ${Math.round(voice.level_dbfs)} dBFS`;
}

function paintCamera(is, { now: message, picture: image }) {
  const frame = message.frame && message.frame.age <= about.silence_s ? message.frame : null;
  const words = frameWords(frame, is);
  const state = shownState(message);
  const shown_id = chosen || state?.person_id;
  const states = [message.state, ...message.people].filter((one) => one !== null);
  const paused = new Set(states.filter(isPaused).map((one) => one.person_id));
  camera.draw($('faces'), { frame, picture: about.show_image ? image : null, shown_id, words, paused, describe: (face) => faceWords(face, paused) });
  const list = (frame?.faces ?? []).map((f) => `face_${f.face_id} ${faceWords(f, paused)}`).join(', ');
  $('faces').setAttribute('aria-label', words || list || 'no faces');
}

// That nobody is in view is in the headline already.
function frameWords(frame, is) {
  if (is === 'disabled') return '';
  if (!frame) return is === 'no_input' || is === 'no_data' ? '' : 'no images';
  if (frame.status === 1) return 'vision is disabled';
  return frame.status === 2 ? `vision error: ${frame.reason}` : '';
}

function faceWords(face, paused) {
  if (paused.has(`face_${face.face_id}`)) return 'paused';
  return face.confidence ? `${about.emotions[face.emotion] ?? 'unknown'} ${charts.percent(face.confidence)}` : 'not classified';
}

function paintCharts({ now: message, tracks: shownTracks }, isLost) {
  const samples = shownTracks[chosen] ?? [];
  const to = message.now;
  const newest = isLost ? 'last data' : frozen ? 'frozen' : 'now';
  const isNarrow = sizes.timeline && sizes.timeline.width < 520;
  const marks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const ago = part * about.window_s;
    return [to - ago, part === 0 ? newest : `${ago} s${isNarrow ? '' : ' ago'}`];
  });
  const view = { speech: message.speech, from: to - about.window_s, to, gap_s: about.silence_s, ticks: marks, marks: pauses.map((t) => [t, 'the page was frozen here']) };
  charts.timeline($('timeline'), samples, { ...about, ...view, ...sizes.timeline });
  charts.circumplex($('circumplex'), samples, { ...about, ...sizes.circumplex });
  setText('window', `${chosen ? `${chosen}, last` : 'Last'} ${about.window_s} s`);
  const last = samples[samples.length - 1];
  $('timeline').setAttribute('aria-label', timelineWords(samples));
  const where = last && last.valence !== null ? `valence ${last.valence.toFixed(2)}, arousal ${last.arousal.toFixed(2)}` : 'not estimated';
  $('circumplex').setAttribute('aria-label', where);
}

// The emotions of the last minute in their order, as text for screen readers.
function timelineWords(samples) {
  const order = samples.map((s) => s.label).filter((label, i, all) => label !== all[i - 1]);
  return order.length ? `the last minute: ${order.join(', then ')}` : 'nothing yet';
}

function paintTranscript(message) {
  const lines = message.transcript.map((line) => {
    const item = element('li');
    item.append(element('p', 'words', line.words === null ? '(text not received)' : `“${line.words}”`));
    item.append(element('span', `sentiment hue ${line.sentiment ?? 'unknown'}`, sentimentWords(line)));
    item.append(element('span', 'soft', ` · ${ago(line.age)}`));
    return item;
  });
  const newest = lines.length ? lines.reverse() : [element('li', 'soft', 'nothing yet')];
  const key = newest.map((item) => item.textContent).join('\n');
  if ($('transcript').dataset.key === key) return;
  $('transcript').dataset.key = key;
  $('transcript').replaceChildren(...newest);
}

function sentimentWords({ sentiment, confidence, reject_reason: reason }) {
  if (sentiment === null) return reason ? `not scored: ${reasonWords(reason)}` : 'not scored';
  if (sentiment === 'unknown') return reason ? `not used: ${reasonWords(reason)}` : 'no sentiment';
  const scored = `${sentiment} ${charts.percent(confidence)}`;
  return reason ? `${scored}, not used: ${reasonWords(reason)}` : scored;
}

function ago(seconds) {
  return seconds < 60 ? `${Math.round(seconds)} s ago` : `${Math.round(seconds / 60)} min ago`;
}

function paintHealth({ rates, state, frame, nodes, now: to }, samples) {
  const values = [
    ['states', `${rates.states_hz.toFixed(1)} Hz`],
    ['images', `${rates.frames_hz.toFixed(1)} Hz`],
    ['latency', milliseconds(state?.latency)],
    ['face models', milliseconds(frame?.inference_time)],
    ['text model', milliseconds(rates.hearing_s)],
  ];
  $('rates').replaceChildren(...values.map(([name, value]) => {
    const pair = element('div');
    pair.append(element('dt', '', name), element('dd', '', value));
    if (name === 'latency') pair.lastChild.append(latencyCurve(samples, to));
    return pair;
  }));
  $('nodes').replaceChildren(...nodes.map(nodeItem));
}

function latencyCurve(samples, to) {
  const words = (middle, largest) => `latency of the last ${about.window_s} s: median ${milliseconds(middle)}, largest ${milliseconds(largest)}`;
  return charts.sparkline(samples, (s) => s.latency, { from: to - about.window_s, to, gap_s: about.silence_s, words });
}

// Of a node that is well the name is enough.
function nodeItem(node) {
  const isAlive = node.age < 3;
  const kind = !isAlive || node.level > 1 ? 'bad' : node.level === 1 ? 'warn' : 'good';
  const words = `${node.name}: ${isAlive ? node.message : 'no diagnostics'}`;
  const item = element('li', kind, kind === 'good' ? `✓ ${node.name}` : `✕ ${words}`);
  item.dataset.tip = words;
  return item;
}

function milliseconds(seconds) {
  return seconds === null || seconds === undefined ? '–' : `${Math.round(1000 * seconds)} ms`;
}

// A tooltip follows the pointer; after every redraw it is that of what is then below it.
const pointer = { x: -1, y: -1 };

function showTip() {
  const below = pointer.x < 0 ? null : document.elementFromPoint(pointer.x, pointer.y)?.closest('[data-tip]:not([data-tip=""])');
  const tip = $('tip');
  tip.hidden = !below;
  if (!below) return;
  setText('tip', below.dataset.tip);
  const x = Math.min(pointer.x + 12, window.innerWidth - tip.offsetWidth - 4);
  const y = pointer.y + 20 + tip.offsetHeight > window.innerHeight ? pointer.y - tip.offsetHeight - 8 : pointer.y + 20;
  tip.style.transform = `translate(${Math.max(x, 4)}px, ${y}px)`;
}

function onPointer(event) {
  pointer.x = event.type === 'pointerleave' ? -1 : event.clientX;
  pointer.y = event.clientY;
  showTip();
}

function toggleFreeze() {
  if (frozen) {
    if (frozen.picture !== picture) frozen.picture?.close();
    frozen = null;
  } else if (now) {
    frozen = { now, tracks: Object.fromEntries(Object.entries(tracks).map(([person, track]) => [person, [...track]])), picture };
    pauses = [...pauses.filter((t) => now.now - t < about.window_s), now.now];
  }
  $('freeze').setAttribute('aria-pressed', String(frozen !== null));
  setText('freeze', frozen ? 'Resume' : 'Freeze');
  requestPaint();
}

function save(blob, name) {
  const link = element('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// The samples of the person shown, one line each; t is in seconds before the newest.
function tableOfSamples() {
  const samples = (frozen ?? { tracks }).tracks[chosen] ?? [];
  const names = [...new Set(samples.flatMap((s) => Object.keys(s.weights)))].sort();
  const columns = ['person_id', 'label', 'confidence', 'status', 'conflict', 'actionable', 'valence', 'arousal'];
  const newest = samples.length ? samples[samples.length - 1].t : 0;
  const cell = (value) => `"${String(value ?? '').replaceAll('"', '""')}"`;
  const rows = samples.map((s) => [(s.t - newest).toFixed(2), ...columns.map((c) => s[c]), ...names.map((n) => s.weights[n])]);
  return [['t', ...columns, ...names.map((n) => `weight_${n}`)], ...rows].map((row) => row.map(cell).join(',')).join('\r\n');
}

$('freeze').addEventListener('click', toggleFreeze);
$('open_help').addEventListener('click', () => $('help').showModal());
$('close_help').addEventListener('click', () => $('help').close());
$('save_csv').addEventListener('click', () => save(new Blob([tableOfSamples()], { type: 'text/csv' }), 'emotion_last_minute.csv'));
$('save_picture').addEventListener('click', () => $('faces').toBlob((blob) => save(blob, 'emotion_camera.png')));
$('faces').addEventListener('click', ({ offsetX, offsetY }) => {
  const person = camera.personAt(offsetX, offsetY);
  if (person) choose(person);
});
document.addEventListener('keydown', (event) => {
  const isTyping = event.target.closest('input, textarea, dialog') || event.ctrlKey || event.altKey || event.metaKey;
  if (isTyping) return;
  if (event.key === ' ' && event.target === document.body) {
    event.preventDefault();
    toggleFreeze();
  }
  const people = [...$('people').children].map((button) => button.dataset.person);
  const wanted = event.key === '0' ? FOCUS : people.find((person) => person && camera.shortName(person) === event.key);
  if (wanted !== undefined) choose(wanted);
});
for (const kind of ['pointermove', 'pointerdown']) document.addEventListener(kind, onPointer);
document.documentElement.addEventListener('pointerleave', onPointer);

// Sizes are read when they change, so that drawing forces no layout.
const observer = new ResizeObserver((entries) => {
  for (const { target, contentRect: { width, height } } of entries) sizes[target.firstElementChild.id] = { width, height };
  requestPaint();
});
for (const chart of document.querySelectorAll('.chart')) observer.observe(chart);

$('say').addEventListener('submit', async (event) => {
  event.preventDefault();
  const words = $('words').value;
  $('words').value = '';
  await send(words);
});
$('privacy').addEventListener('click', () => send($('privacy').dataset.command));

async function send(words) {
  const answer = await fetch('words', { method: 'POST', body: words }).catch(() => null);
  if (!answer?.ok) $('words').value ||= words;
  $('say_problem').textContent = answer?.ok ? '' : `not sent: ${answer ? await answer.text() : 'no connection'}`;
}

connect();
