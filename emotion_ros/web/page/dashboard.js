// The page of dashboard_node: shows what arrives on one websocket, and sends nothing.
'use strict';

const TIMEOUT_MS = 3000; // a server that is alive sends more often
const RETRY_MS = [500, 1000, 2000, 4000];
const $ = (id) => document.getElementById(id);

let about = null; // the server's first message: vocabulary, topic, settings
let now = null; // its latest message
let samples = []; // the last minute
let picture = null; // the latest camera image
let socket = null;
let receivedAt = performance.now();
let retries = 0;
let isFrozen = false;

function connect() {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  socket = new WebSocket(`${scheme}://${location.host}/live`);
  socket.binaryType = 'blob';
  socket.onmessage = onMessage;
  socket.onclose = onClose;
  receivedAt = performance.now();
}

function onClose() {
  socket = null;
  now = null;
  paint();
  setTimeout(connect, RETRY_MS[Math.min(retries, RETRY_MS.length - 1)]);
  retries += 1;
}

async function onMessage(event) {
  receivedAt = performance.now();
  if (typeof event.data !== 'string') {
    const image = await createImageBitmap(event.data);
    picture?.close();
    picture = image;
    return;
  }
  const message = JSON.parse(event.data);
  if (message.kind === 'hello') {
    about = message;
    samples = message.history;
    retries = 0;
    return;
  }
  now = message;
  addSample(message);
  if (!isFrozen) paint();
}

function addSample({ sample, now: now_s, enabled }) {
  const last = samples[samples.length - 1];
  if (!enabled) samples = [];
  else if (sample && (!last || sample.t > last.t)) samples.push(sample);
  samples = samples.filter((s) => now_s - s.t <= about.window_s);
}

// A connection that is silent for too long is closed here; onClose then connects again.
setInterval(() => {
  if (socket && performance.now() - receivedAt > TIMEOUT_MS) socket.close();
  if (!socket) paint();
}, 500);

// The view of the page in one word: it selects the texts, the style (data-view), and is tested.
function situation() {
  if (!now) return about ? 'disconnected' : 'connecting';
  if (!now.enabled) return 'disabled';
  if (!now.state || now.state_age > about.silence_s) return 'no_data';
  const status = about.statuses[now.state.status];
  return status === 'ok' && now.state.conflict ? 'conflict' : status;
}

const BANNERS = {
  connecting: 'Connecting to the dashboard node.',
  disconnected: 'Disconnected. The dashboard node does not answer; reconnecting.',
  no_data: 'No data: no state is published. “ros2 run emotion_ros doctor” finds the cause.',
  no_input: 'No input: no images and no speech arrive. “ros2 run emotion_ros doctor” finds the cause.',
  disabled: 'Disabled.',
};

function paint() {
  const is = situation();
  document.body.dataset.view = is;
  const banner = BANNERS[is] ?? '';
  if ($('banner').textContent !== banner) $('banner').textContent = banner;
  $('banner').hidden = !banner;
  paintLive(is);
  if (!now) {
    setText('act', ''); // it may have changed since the connection broke
    return;
  }
  paintHeadline(is);
  paintBars();
  paintFaces(is);
  paintCharts();
  paintTranscript();
  paintHealth();
}

function paintLive(is) {
  const isLive = now !== null;
  $('live').className = `chip ${isLive ? 'good' : 'bad'}`;
  $('live').textContent = isLive ? '● live' : is === 'connecting' ? '○ connecting' : '○ disconnected';
  $('topic').textContent = about?.topic ?? '';
}

function setText(id, words) {
  if ($(id).textContent !== words) $(id).textContent = words;
}

function paintHeadline(is) {
  const state = is === 'no_data' || !now.state ? null : now.state;
  const hasEmotion = state !== null && state.label !== 'unknown';
  const words = is === 'no_data' ? 'no data' : is === 'conflict' ? 'conflict' : about.status_words[is];
  $('status').className = `chip hue ${is}`;
  setText('status', words);
  setText('person', state?.person_id ?? '');
  $('person').hidden = !state?.person_id;
  $('label').className = hasEmotion ? state.label : 'unknown';
  setText('label', hasEmotion ? state.label : is === 'ok' ? 'uncertain' : words);
  setText('confidence', hasEmotion ? charts.percent(state.confidence) : '');
  setText('held', hasEmotion ? `for ${state.duration.toFixed(1)} s` : '');
  paintAct(state, words);
  const summary = state?.summary ?? '';
  setText('summary', summary.toLowerCase() === words ? '' : summary);
  $('evidence').replaceChildren(...(state?.evidence ?? []).slice(0, 5).map(evidenceRow));
}

// The reason is left out where it would repeat the status.
function paintAct(state, words) {
  $('act').className = state?.actionable ? 'good' : 'warn';
  const reason = state ? about.reason_words[state.not_actionable_reason] : '';
  const why = reason && reason !== words ? `: ${reason}` : '';
  setText('act', !state ? '' : state.actionable ? '✓ actionable' : `✕ not actionable${why}`);
}

function evidenceRow(evidence) {
  const row = element('tr', evidence.used ? '' : 'unused');
  const weight = element('td');
  if (evidence.used) weight.append(meter(evidence.weight / 1.5, charts.modalityClass(evidence.modality)), ` ${evidence.weight.toFixed(2)}`);
  else weight.textContent = `not used: ${evidence.reject_reason.replaceAll('_', ' ')}`;
  const age = evidence.age === null ? '' : `${evidence.age.toFixed(1)} s old`;
  const source = element('td', '', evidence.modality);
  if (evidence.person_id && evidence.person_id !== now.state.person_id) source.append(element('span', 'soft', ` ${evidence.person_id}`));
  row.append(source, element('td', '', evidence.detail || '–'), weight, element('td', 'number', age));
  return row;
}

function element(tag, className = '', text = '') {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function meter(share, kind) {
  const outer = element('span', `meter ${kind}`);
  const inner = element('i');
  inner.style.transform = `scaleX(${Math.min(Math.max(share ?? 0, 0), 1)})`;
  outer.append(inner);
  return outer;
}

function paintBars() {
  const isThere = now.state && now.state_age <= about.silence_s;
  const bars = about.emotions.map((emotion, i) => {
    const share = isThere ? now.state.probabilities[i] : null;
    const bar = element('li');
    const isStable = isThere && now.state.label === emotion;
    bar.append(element('span', isStable ? 'stable' : '', emotion), meter(share, emotion), element('span', 'number', charts.percent(share)));
    return bar;
  });
  $('bars').replaceChildren(...bars);
}

// The canvas: boxes with ids where the faces are, on the image only when the node may show it.
function paintFaces(is) {
  const canvas = $('faces');
  const scale = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext('2d');
  context.scale(scale, scale);
  const frame = now.frame && now.frame.age <= about.silence_s ? now.frame : null;
  const place = fit(frame, width, height);
  const style = getComputedStyle(document.documentElement);
  if (picture && about.show_image && frame) context.drawImage(picture, place.x, place.y, place.width, place.height);
  else outline(context, place);
  const faces = frame?.faces ?? [];
  for (const face of faces) drawFace(context, face, place, style);
  const words = frameWords(frame, is);
  if (words) notice(context, words, width, height);
  const list = faces.map((f) => `face_${f.face_id} ${faceWords(f)}`).join(', ');
  canvas.setAttribute('aria-label', words || list);
}

function fit(frame, width, height) {
  const ratio = frame?.image_width ? frame.image_width / frame.image_height : 4 / 3;
  const size = Math.min(width, height * ratio);
  return { x: (width - size) / 2, y: (height - size / ratio) / 2, width: size, height: size / ratio };
}

function outline(context, place) {
  context.strokeStyle = '#3a4554';
  context.lineWidth = 1;
  context.strokeRect(place.x + 0.5, place.y + 0.5, place.width - 1, place.height - 1);
}

function frameWords(frame, is) {
  if (is === 'disabled') return 'disabled';
  if (!frame) return 'no frames';
  if (frame.status === 1) return 'vision is disabled';
  if (frame.status === 2) return `vision error: ${frame.reason}`;
  return frame.faces.length ? '' : 'nobody in view';
}

function faceWords(face) {
  return face.confidence ? `${about.emotions[face.emotion] ?? 'unknown'} ${charts.percent(face.confidence)}` : 'not classified';
}

function notice(context, words, width, height) {
  context.font = '600 20px system-ui, "DejaVu Sans", sans-serif';
  context.textAlign = 'center';
  const wide = context.measureText(words).width + 28;
  context.fillStyle = 'rgba(10, 13, 17, 0.75)';
  context.fillRect((width - wide) / 2, height / 2 - 22, wide, 40);
  context.fillStyle = '#e6ebf1';
  context.fillText(words, width / 2, height / 2 + 6);
}

function drawFace(context, face, place, style) {
  const [left, top, right, bottom] = face.box_xyxy;
  const x = place.x + left * place.width;
  const y = place.y + top * place.height;
  const isFocus = now.state?.person_id === `face_${face.face_id}`;
  context.strokeStyle = isFocus ? '#ffffff' : '#aab4c0';
  context.lineWidth = isFocus ? 3.5 : 2;
  context.setLineDash(isFocus ? [] : [7, 5]);
  context.beginPath();
  context.roundRect(x, y, (right - left) * place.width, (bottom - top) * place.height, 8);
  context.stroke();
  context.setLineDash([]);
  tag(context, face, x, y, place, isFocus, style);
}

function tag(context, face, x, y, place, isFocus, style) {
  const words = `face_${face.face_id}  ${faceWords(face)}`;
  context.font = `${isFocus ? 700 : 500} 15px system-ui, "DejaVu Sans", sans-serif`;
  context.textAlign = 'left';
  const wide = context.measureText(words).width + 26;
  const at = Math.max(Math.min(x, place.x + place.width - wide), place.x);
  const up = Math.max(y - 27, place.y + 2);
  context.fillStyle = 'rgba(10, 13, 17, 0.8)';
  context.fillRect(at, up, wide, 24);
  const hue = style.getPropertyValue(`--${about.emotions[face.emotion] ?? 'unknown'}`);
  context.fillStyle = hue;
  context.fillRect(at, up, 8, 24);
  context.fillStyle = '#ffffff';
  context.fillText(words, at + 16, up + 17);
}

function paintCharts() {
  const to = now.now;
  const from = to - about.window_s;
  const marks = [0, 15, 30, 45, 60].map((ago) => [to - ago, ago === 0 ? 'now' : `${ago} s ago`]);
  charts.timeline($('timeline'), samples, { from, to, gap_s: about.silence_s, ticks: marks, compact: true, ...about });
  charts.circumplex($('circumplex'), samples, about);
  const last = samples[samples.length - 1];
  $('timeline').setAttribute('aria-label', timelineWords());
  const where = last && last.valence !== null ? `valence ${last.valence.toFixed(2)}, arousal ${last.arousal.toFixed(2)}` : 'not estimated';
  $('circumplex').setAttribute('aria-label', where);
}

// The emotions of the last minute in their order, as text for screen readers.
function timelineWords() {
  const order = samples.map((s) => s.label).filter((label, i, all) => label !== all[i - 1]);
  return order.length ? `the last minute: ${order.join(', then ')}` : 'nothing yet';
}

function paintTranscript() {
  const lines = now.transcript.map((line) => {
    const item = element('li');
    item.append(element('p', 'words', line.words === null ? '(text not received)' : `“${line.words}”`));
    const isScored = line.sentiment !== null && line.sentiment !== 'unknown';
    const sentiment = !isScored ? 'no sentiment' : `${line.sentiment} ${charts.percent(line.confidence)}`;
    const reason = line.refusal ? `, not used: ${line.refusal.replaceAll('_', ' ')}` : '';
    const result = element('span', `sentiment hue ${line.sentiment ?? 'unknown'}`, `${sentiment}${reason}`);
    item.append(result, element('span', 'soft', ` · ${ago(line.age)}`));
    return item;
  });
  const empty = element('li', 'soft', 'nothing yet');
  const newest = lines.length ? lines.reverse() : [empty];
  const key = newest.map((item) => item.textContent).join('\n');
  if ($('transcript').dataset.key === key) return;
  $('transcript').dataset.key = key;
  $('transcript').replaceChildren(...newest);
}

function ago(seconds) {
  return seconds < 60 ? `${Math.round(seconds)} s ago` : `${Math.round(seconds / 60)} min ago`;
}

function paintHealth() {
  const { rates, state, frame } = now;
  const values = [
    ['states', `${rates.states_hz.toFixed(1)} Hz`],
    ['frames', `${rates.frames_hz.toFixed(1)} Hz`],
    ['latency', milliseconds(state?.latency)],
    ['face models', milliseconds(frame?.inference_time)],
    ['text model', milliseconds(rates.hearing_s)],
  ];
  $('rates').replaceChildren(...values.map(([name, value]) => {
    const pair = element('div');
    pair.append(element('dt', '', name), element('dd', '', value));
    return pair;
  }));
  $('nodes').replaceChildren(...now.nodes.map(nodeItem));
}

function nodeItem(node) {
  const isAlive = node.age < 3;
  const kind = !isAlive || node.level > 1 ? 'bad' : node.level === 1 ? 'warn' : 'good';
  const sign = kind === 'good' ? '✓' : '✕';
  return element('li', kind, `${sign} ${node.name} ${isAlive ? node.message : 'no diagnostics'}`);
}

function milliseconds(seconds) {
  return seconds === null || seconds === undefined ? '–' : `${Math.round(1000 * seconds)} ms`;
}

$('freeze').addEventListener('click', () => {
  isFrozen = !isFrozen;
  $('freeze').setAttribute('aria-pressed', String(isFrozen));
  $('freeze').textContent = isFrozen ? 'Frozen' : 'Freeze';
});

connect();
