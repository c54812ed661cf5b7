// The charts of the report, from the data in the same file.
'use strict';

const data = JSON.parse(document.getElementById('data').textContent);

const NICE_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600];

function reportTicks(duration_s) {
  const step = NICE_S.find((s) => duration_s / s <= 10) ?? 7200;
  const ticks = [];
  for (let t = 0; t <= duration_s; t += step) {
    ticks.push([t, `${Math.floor(t / 60)}:${String(t % 60).padStart(2, '0')}`]);
  }
  return ticks;
}

function drawReport() {
  const view = {
    from: 0, to: Math.max(data.duration_s, 0.1), gap_s: Math.max(data.silence_s, 3 * data.step_s),
    ticks: reportTicks(data.duration_s), compact: false, ...data,
  };
  for (const svg of document.querySelectorAll('svg[data-track]')) {
    const samples = data.tracks[svg.dataset.track];
    if (svg.classList.contains('timeline')) charts.timeline(svg, samples, view);
    else charts.circumplex(svg, samples, data);
  }
}

drawReport();
window.addEventListener('resize', drawReport);
