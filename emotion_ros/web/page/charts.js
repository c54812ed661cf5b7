// The charts of the dashboard and of the report: SVG, redrawn from plain data.
'use strict';

const charts = (() => {
  const SVG = 'http://www.w3.org/2000/svg';
  const MODALITY_CLASSES = ['face', 'text'];

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
  // view: {from, to, gap_s, ticks: [[t, words]], emotions, status_words, compact}
  function timeline(svg, samples, view) {
    const width = Math.max(svg.clientWidth, 320);
    const left = 92;
    const right = width - 62;
    const row = view.compact ? 12 : 18;
    const x = (t) => left + ((right - left) * (t - view.from)) / (view.to - view.from);
    const seen = samples.filter((s) => s.t >= view.from && s.t <= view.to);
    svg.replaceChildren();
    const grid = add(svg, 'g', {});
    let y = 4;
    for (const emotion of view.emotions) {
      emotionRow(svg, emotion, seen, view, { x, y, left, right, row });
      y += row + 2;
    }
    y = statusRow(svg, seen, view, { x, y: y + 3, left, right, row });
    y = curves(svg, 'confidence', [['', 'label', (s) => s.confidence]], 1, seen, view, { x, y, left, right });
    y = weights(svg, seen, view, { x, y, left, right });
    ticks(grid, view, { x, y, left, right });
    svg.setAttribute('viewBox', `0 0 ${width} ${y + 18}`);
    svg.setAttribute('height', y + 18);
  }

  function emotionRow(svg, emotion, samples, view, { x, y, left, right, row }) {
    add(svg, 'rect', { class: 'row', x: left, y, width: right - left, height: row, rx: 3 });
    const isNow = samples.length > 0 && samples[samples.length - 1].label === emotion;
    add(svg, 'text', { class: isNow ? 'label' : '', x: left - 8, y: y + row / 2 + 4.5, 'text-anchor': 'end' }, emotion);
    const key = (s) => (s.label === emotion ? (s.actionable ? 'actionable' : 'not') : '');
    for (const run of runs(samples, key, view.gap_s)) {
      const mark = add(svg, 'rect', {
        class: `mark hue ${emotion} ${run.is}`, x: x(run.from), y: y + 1.5,
        width: Math.max(x(run.to) - x(run.from), 2), height: row - 3, rx: 4,
      });
      add(mark, 'title', {}, `${emotion}, ${run.is === 'not' ? 'not actionable' : 'actionable'}, ${(run.to - run.from).toFixed(1)} s`);
    }
  }

  function statusRow(svg, samples, view, { x, y, left, right, row }) {
    add(svg, 'text', { x: left - 8, y: y + row / 2 + 4.5, 'text-anchor': 'end' }, 'status');
    const key = (s) => (s.conflict ? 'conflict' : s.status);
    for (const run of runs(samples, key, view.gap_s)) {
      const words = run.is === 'conflict' ? 'conflict' : view.status_words[run.is];
      const from = Math.max(x(run.from), left);
      const width = Math.max(Math.min(x(run.to), right) - from, 2);
      const isCalm = run.is === 'ok';
      const mark = add(svg, 'rect', {
        class: `hue ${run.is}`, x: from, y: isCalm ? y + row / 2 - 1.5 : y + 1, width,
        height: isCalm ? 3 : row - 2, rx: isCalm ? 1.5 : 4, 'fill-opacity': isCalm ? 0.5 : 0.2, 'stroke-opacity': isCalm ? 0 : 1,
      });
      add(mark, 'title', {}, words);
      if (isCalm) continue;
      const label = add(svg, 'text', { class: 'label', x: from + width / 2, y: y + row / 2 + 4.5, 'text-anchor': 'middle' }, words);
      if (label.getComputedTextLength() > width - 4) label.remove();
    }
    return y + row + 8;
  }

  function weights(svg, samples, view, place) {
    const names = [...new Set(samples.flatMap((s) => Object.keys(s.weights)))].sort();
    const lines = names.map((name) => [name, modalityClass(name), (s) => s.weights[name] ?? null]);
    const largest = Math.max(1, ...samples.flatMap((s) => Object.values(s.weights)));
    return curves(svg, 'weights', lines, largest, samples, view, place);
  }

  // lines: [[words at the end, class, value of a sample or null]]
  function curves(svg, title, lines, largest, samples, view, { x, y, left, right }) {
    const height = view.compact ? 26 : 44;
    const level = (value) => y + height - (height * value) / largest;
    add(svg, 'path', { class: 'grid', d: `M${left} ${y}H${right}M${left} ${y + height}H${right}` });
    add(svg, 'text', { x: left - 8, y: y + height / 2 + 4, 'text-anchor': 'end' }, title);
    const ends = [];
    for (const [words, kind, valueOf] of lines) {
      for (const run of runs(samples, (s) => (valueOf(s) === null ? '' : 'there'), view.gap_s)) {
        const points = run.samples.map((s) => `${x(s.t).toFixed(1)} ${level(valueOf(s)).toFixed(1)}`);
        add(svg, 'path', { class: `curve hue ${kind}`, d: `M${points.join('L')}` });
      }
      const last = samples.map(valueOf).filter((value) => value !== null).pop();
      if (last !== undefined) ends.push([level(last), words || percent(last), kind]);
    }
    let above = -Infinity;
    for (const [at, words, kind] of ends.sort((a, b) => a[0] - b[0])) {
      above = Math.max(at + 5, above + 14);
      add(svg, 'text', { class: `hue ${kind}`, x: right + 6, y: above }, words);
    }
    return y + height + 8;
  }

  function ticks(svg, view, { x, y, left, right }) {
    add(svg, 'path', { class: 'grid over', d: view.ticks.map(([t]) => `M${x(t)} 4V${y}`).join('') });
    for (const [t, words] of view.ticks) {
      const at = x(t);
      const anchor = at > right - 20 ? 'end' : at < left + 20 ? 'start' : 'middle';
      add(svg, 'text', { x: at, y: y + 14, 'text-anchor': anchor }, words);
    }
  }

  // Valence to the right, arousal upwards, the samples as a trail with the latest as a dot.
  // Every state lies among the seven emotions, so the calm end of the circle is cut off.
  const SIDES = { fear: [-9, -3, 'end'], angry: [9, 14, 'start'], disgust: [-9, 13, 'end'], sad: [0, 19, 'middle'], happy: [0, -13, 'middle'] };
  function circumplex(svg, samples, { emotions, coordinates }) {
    const at = (v, a) => [150 + 128 * v, 132 - 128 * a];
    svg.setAttribute('viewBox', '0 2 300 194');
    svg.replaceChildren();
    add(svg, 'circle', { class: 'grid', cx: 150, cy: 132, r: 128 });
    add(svg, 'path', { class: 'grid', d: 'M22 132H278M150 4V196' });
    const corners = [['unpleasant', 26, 148, 'start'], ['pleasant', 274, 148, 'end'], ['excited', 156, 18, 'start'], ['calm', 156, 192, 'start']];
    for (const [words, x, y, anchor] of corners) add(svg, 'text', { class: 'axis', x, y, 'text-anchor': anchor }, words);
    const known = samples.filter((s) => s.valence !== null && s.arousal !== null);
    trail(svg, known, at);
    const last = samples[samples.length - 1];
    emotions.forEach((emotion, i) => {
      const [x, y] = at(...coordinates[i]);
      const [dx, dy, anchor] = SIDES[emotion] ?? [0, -9, 'middle'];
      add(svg, 'circle', { class: `hue ${emotion}`, cx: x, cy: y, r: 4 });
      const isNow = last && last.label === emotion;
      add(svg, 'text', { class: isNow ? 'label' : '', x: x + dx, y: y + dy, 'text-anchor': anchor }, emotion);
    });
    if (last && last.valence !== null) {
      const [x, y] = at(last.valence, last.arousal);
      add(svg, 'circle', { class: `head hue ${last.label}`, cx: x, cy: y, r: 10 });
    }
  }

  function trail(svg, samples, at) {
    const pieces = 12;
    const size = Math.max(Math.ceil(samples.length / pieces), 1);
    for (let i = 0; i < samples.length; i += size) {
      const points = samples.slice(i, i + size + 1).map((s) => at(s.valence, s.arousal).map((n) => n.toFixed(1)).join(' '));
      const opacity = 0.15 + 0.85 * (i / samples.length) ** 2;
      add(svg, 'path', { class: 'curve hue neutral', d: `M${points.join('L')}`, 'stroke-opacity': opacity });
    }
  }

  return { timeline, circumplex, percent, modalityClass };
})();
