// The charts of the dashboard: SVG, redrawn from plain data. Text of a tooltip is in data-tip.
'use strict';

const charts = (() => {
  const SVG = 'http://www.w3.org/2000/svg';
  const MODALITY_CLASSES = ['face', 'text', 'voice'];
  const CHARACTER_PX = 6.8; // of the 12.5 px font, on average; measuring would force a layout
  const MIN_WIDTH_PX = 320;
  const MIN_HEIGHT_PX = 216;

  // Returns a new SVG element in parent; attributes that are null are left out.
  function add(parent, tag, attributes, text) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null) element.setAttribute(name, value);
    }
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  }

  function percent(share) {
    return share === null ? '–' : `${Math.round(100 * share)} %`;
  }

  function modalityClass(modality) {
    return MODALITY_CLASSES.includes(modality) ? modality : 'other';
  }

  // Cuts samples into runs of the same key; a gap of more than gap_s ends a run.
  function runs(samples, key, gap_s) {
    const found = [];
    let run = null;
    let last_s = -Infinity;
    for (const sample of samples) {
      const is = key(sample);
      if (run && (run.is !== is || sample.t - last_s > gap_s)) {
        run.to = sample.t - last_s > gap_s ? last_s : sample.t;
        run = null;
      }
      if (!run) {
        run = { is, from: sample.t, to: sample.t, samples: [] };
        found.push(run);
      }
      run.samples.push(sample);
      run.to = last_s = sample.t;
    }
    return found.filter((r) => r.is !== '');
  }

  // One row per emotion, then status, confidence and weights below each other.
  // view: {from, to, gap_s, ticks: [[t, words]], marks: [[t, words]], emotions, width, height}
  function timeline(svg, samples, view) {
    const width = Math.max(view.width ?? svg.clientWidth, MIN_WIDTH_PX);
    const height = Math.max(view.height ?? 0, MIN_HEIGHT_PX);
    const isNarrow = width < 520;
    const left = isNarrow ? 86 : 112;
    const right = width - (isNarrow ? 46 : 62);
    const row = Math.min((height - (isNarrow ? 138 : 118)) / view.emotions.length - 2, 20);
    const x = (t) => left + ((right - left) * (t - view.from)) / (view.to - view.from);
    const curve = Math.max((height - 56 - (row + 2) * 7 - row) / 2, 18);
    const place = { x, left, right, row, curve, title: isNarrow ? left - 8 : left - 40 };
    const seen = samples.filter((s) => s.t >= view.from && s.t <= view.to);
    svg.replaceChildren();
    const grid = add(svg, 'g', {});
    let y = 3;
    for (const emotion of view.emotions) {
      emotionRow(svg, emotion, seen, view, { ...place, y });
      y += row + 2;
    }
    y = statusRow(svg, seen, view, { ...place, y: y + 2 });
    y = curves(svg, 'confidence', [['', 'label', (s) => (s.label === 'unknown' ? null : s.confidence)]], ['100 %', 1], seen, view, { ...place, y });
    y = weights(svg, seen, view, { ...place, y });
    ticks(grid, svg, view, { ...place, y });
    svg.setAttribute('viewBox', `0 0 ${width} ${y + 17}`);
    svg.setAttribute('height', y + 17);
  }

  function emotionRow(svg, emotion, samples, view, { x, y, left, right, row }) {
    add(svg, 'rect', { class: 'row', x: left, y, width: right - left, height: row, rx: 3 });
    const isNow = samples.length > 0 && samples[samples.length - 1].label === emotion;
    add(svg, 'rect', { class: `hue ${emotion}`, x: left - 16, y: y + row / 2 - 4, width: 8, height: 8, rx: 2 });
    add(svg, 'text', { class: isNow ? 'label' : '', x: left - 21, y: y + row / 2 + 4.5, 'text-anchor': 'end' }, emotion);
    const key = (s) => (s.label === emotion ? (s.actionable ? 'actionable' : 'not') : '');
    for (const run of runs(samples, key, view.gap_s)) {
      add(svg, 'rect', {
        class: `mark hue ${emotion} ${run.is}`, x: x(run.from), y: y + 1,
        width: Math.max(x(run.to) - x(run.from), 2), height: row - 2, rx: 3,
        'data-tip': `${emotion} for ${seconds(run)}, ${run.is === 'not' ? 'not actionable' : 'actionable'}`,
      });
    }
  }

  function seconds(run) {
    return `${(run.to - run.from).toFixed(1)} s`;
  }

  // Every period has words; where they do not fit, a sign, and in the shortest a bar of the sign's weight.
  const SHORT = { ok: 'fresh', conflict: 'conflict', holding: 'holding', no_person: 'no person', no_input: 'no input', disabled: 'disabled', paused: 'paused' };
  const SIGNS = { conflict: '≠', holding: '…', no_person: '∅', no_input: '!', disabled: '×', paused: '‖' };
  function statusRow(svg, samples, view, { x, y, left, right, row }) {
    add(svg, 'text', { x: left - 8, y: y + row / 2 + 4.5, 'text-anchor': 'end' }, 'status');
    const key = (s) => (s.conflict ? 'conflict' : s.status);
    for (const run of runs(samples, key, view.gap_s)) {
      const from = Math.max(x(run.from), left);
      const width = Math.max(Math.min(x(run.to), right) - from, 2);
      const isCalm = run.is === 'ok';
      const words = SHORT[run.is] ?? run.is;
      add(svg, 'rect', {
        class: `period ${run.is}`, x: from + 0.5, y: y + 0.5, width: Math.max(width - 1, 1), height: row - 1, rx: 3,
        'data-tip': `${words} for ${seconds(run)}`,
      });
      const written = [words, SIGNS[run.is] ?? ''].find((w) => w.length * CHARACTER_PX + 6 < width);
      const style = { class: isCalm ? 'inside' : 'label inside', x: from + width / 2, y: y + row / 2 + 4.5, 'text-anchor': 'middle' };
      if (written) add(svg, 'text', style, written);
    }
    speechPeriods(svg, view, { x, y: y + row + 3, left, right });
    return y + row + 14;
  }

  // When a person spoke: bars in the gap below the status, so that the rows never move.
  function speechPeriods(svg, view, { x, y, left, right }) {
    const periods = view.speech.filter(([from, to]) => to > view.from && from < view.to);
    for (const [from, to] of periods) {
      const start = Math.max(x(from), left);
      const tip = `speech for ${(to - from).toFixed(1)} s`;
      add(svg, 'rect', { class: 'hue voice', x: start, y, width: Math.max(Math.min(x(to), right) - start, 2), height: 3.5, rx: 1.5, 'data-tip': tip });
    }
    if (!periods.length) return;
    add(svg, 'rect', { class: 'hue voice', x: right + 5, y: y - 4, width: 3, height: 9 });
    add(svg, 'text', { class: 'label', x: right + 11, y: y + 4 }, 'voice');
  }

  function weights(svg, samples, view, place) {
    const names = [...new Set(samples.flatMap((s) => Object.keys(s.weights)))].sort();
    const lines = names.map((name) => [name, modalityClass(name), (s) => s.weights[name] ?? null]);
    const largest = Math.max(1, ...samples.flatMap((s) => Object.values(s.weights)));
    return curves(svg, 'weight', lines, [largest.toFixed(1), largest], samples, view, place);
  }

  // lines: [[words at the end, class, value of a sample or null]]; top: [words, value] of the upper line
  function curves(svg, title, lines, top, samples, view, { x, y, left, right, curve, title: titleX }) {
    const bottom = y + curve;
    const level = (value) => bottom - (curve * value) / top[1];
    add(svg, 'path', { class: 'grid', d: `M${left} ${y}H${right}M${left} ${bottom}H${right}` });
    add(svg, 'text', { x: titleX, y: y + curve / 2 + 5, 'text-anchor': 'end' }, title);
    add(svg, 'text', { class: 'scale', x: left - 4, y: y + 4, 'text-anchor': 'end' }, top[0]);
    add(svg, 'text', { class: 'scale', x: left - 4, y: bottom + 3, 'text-anchor': 'end' }, '0');
    const ends = [];
    for (const [words, kind, valueOf] of lines) {
      for (const run of runs(samples, (s) => (valueOf(s) === null ? '' : 'there'), view.gap_s)) {
        const points = run.samples.map((s) => `${x(s.t).toFixed(1)} ${level(valueOf(s)).toFixed(1)}`);
        add(svg, 'path', { class: `curve hue ${kind}`, d: `M${points.join('L')}`, 'data-tip': words || title });
      }
      const newest = samples[samples.length - 1];
      const last = newest ? valueOf(newest) : null;
      if (last !== null) ends.push({ at: level(last) + 4, words: words || percent(last), kind });
    }
    spread(ends, bottom + 4);
    for (const { at, words, kind } of ends) {
      add(svg, 'rect', { class: `hue ${kind}`, x: right + 5, y: at - 8, width: 3, height: 9 });
      add(svg, 'text', { class: 'label', x: right + 11, y: at }, words);
    }
    return bottom + 9;
  }

  // Moves labels apart: each at least a line below the one before, the last above the lowest place.
  function spread(ends, lowest) {
    ends.sort((a, b) => a.at - b.at);
    let above = -Infinity;
    for (const end of ends) above = end.at = Math.max(end.at, above + 13);
    let below = lowest + 13;
    for (const end of ends.reverse()) below = end.at = Math.min(end.at, below - 13);
  }

  function ticks(grid, svg, view, { x, y, left, right }) {
    add(grid, 'path', { class: 'grid', d: view.ticks.map(([t]) => `M${x(t)} 3V${y}`).join('') });
    const labels = view.ticks.map(([t, words]) => {
      const at = x(t);
      const anchor = at > right - 20 ? 'end' : at < left + 20 ? 'start' : 'middle';
      return { at, words, anchor };
    });
    let free = Infinity; // from the right, so that the newest is always there
    for (const { at, words, anchor } of labels.sort((a, b) => b.at - a.at)) {
      const wide = words.length * CHARACTER_PX;
      const from = at - { start: 0, middle: wide / 2, end: wide }[anchor];
      if (from + wide > free - 8) continue;
      free = from;
      add(grid, 'text', { x: at, y: y + 13, 'text-anchor': anchor }, words);
    }
    for (const [t, words] of view.marks ?? []) {
      if (t < view.from || t > view.to) continue;
      add(svg, 'path', { class: 'pause', d: `M${x(t)} 3V${y}`, 'data-tip': words });
    }
  }

  // A small curve of values over time, from 0 to a round maximum; view: {from, to, gap_s, words}
  const SPARK = { width: 84, height: 18, least_s: 0.1 };
  function sparkline(samples, valueOf, { from, to, gap_s, words }) {
    const svg = document.createElementNS(SVG, 'svg');
    const { width, height } = SPARK;
    const seen = samples.filter((s) => s.t >= from && valueOf(s) !== null);
    const values = seen.map(valueOf).sort((a, b) => a - b);
    const largest = Math.max(SPARK.least_s, ...values);
    for (const [name, value] of Object.entries({ class: 'spark', viewBox: `0 0 ${width} ${height}`, role: 'img' })) svg.setAttribute(name, value);
    add(svg, 'path', { class: 'grid', d: `M0 ${height - 1}H${width}` });
    for (const run of runs(seen, () => 'there', gap_s)) {
      const points = run.samples.map((s) => `${((width * (s.t - from)) / (to - from)).toFixed(1)} ${((height - 1) - ((height - 3) * valueOf(s)) / largest).toFixed(1)}`);
      add(svg, 'path', { class: 'curve', d: `M${points.join('L')}` });
    }
    const tip = values.length ? words(values[Math.floor(values.length / 2)], values[values.length - 1]) : '';
    svg.setAttribute('aria-label', tip || 'nothing yet');
    svg.dataset.tip = tip;
    return svg;
  }

  // Valence to the right, arousal upwards, the samples as a trail with the latest as a dot.
  const SIDES = { fear: [-7, -5, 'end'], angry: [9, 3, 'start'], disgust: [-8, 12, 'end'], sad: [0, 18, 'middle'], happy: [2, -10, 'middle'], surprise: [-2, -9, 'middle'], neutral: [0, 23, 'middle'] };
  function circumplex(svg, samples, { emotions, coordinates, width = 272, height = 236 }) {
    const r = Math.max(Math.min(width / 2 - 2, height / 2 - 17), 60);
    const [cx, cy] = [width / 2, height / 2];
    const at = (v, a) => [cx + r * v, cy - r * a];
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    svg.replaceChildren();
    add(svg, 'circle', { class: 'grid', cx, cy, r });
    add(svg, 'path', { class: 'grid', d: `M${cx - r} ${cy}H${cx + r}M${cx} ${cy - r}V${cy + r}` });
    const ends = [['unpleasant', cx - r + 3, cy - 4, 'start'], ['pleasant', cx + r - 3, cy - 4, 'end'], ['excited', cx, cy - r - 4, 'middle'], ['calm', cx, cy + r + 13, 'middle']];
    for (const [words, x, y, anchor] of ends) add(svg, 'text', { class: 'axis', x, y, 'text-anchor': anchor }, words);
    trail(svg, samples.filter((s) => s.valence !== null && s.arousal !== null), at);
    const last = samples[samples.length - 1];
    emotions.forEach((emotion, i) => {
      const [x, y] = at(...coordinates[i]);
      const [dx, dy, anchor] = SIDES[emotion];
      add(svg, 'circle', { class: `hue ${emotion}`, cx: x, cy: y, r: 4 });
      const isNow = last && last.label === emotion;
      add(svg, 'text', { class: isNow ? 'label' : '', x: x + dx, y: y + dy, 'text-anchor': anchor }, emotion);
    });
    if (last && last.valence !== null) {
      const [x, y] = at(last.valence, last.arousal);
      const tip = `valence ${last.valence.toFixed(2)}, arousal ${last.arousal.toFixed(2)}`;
      add(svg, 'circle', { class: `head hue ${last.label}`, cx: x, cy: y, r: 9, 'data-tip': tip });
    }
  }

  function trail(svg, samples, at) {
    const pieces = 12;
    const size = Math.max(Math.ceil(samples.length / pieces), 1);
    for (let i = 0; i < samples.length; i += size) {
      const points = samples.slice(i, i + size + 1).map((s) => at(s.valence, s.arousal).map((n) => n.toFixed(1)).join(' '));
      const opacity = 0.15 + 0.85 * (i / samples.length) ** 2;
      add(svg, 'path', { class: 'curve trail', d: `M${points.join('L')}`, 'stroke-opacity': opacity });
    }
  }

  return { timeline, circumplex, sparkline, percent, modalityClass };
})();
