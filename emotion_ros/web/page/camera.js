// The camera view: boxes where the faces are, on the image only when the node may show it.
'use strict';

const camera = (() => {
  const FONT = 'system-ui, -apple-system, "DejaVu Sans", sans-serif';
  const TAG_PX = 22;
  const NEAR_PX = 6;
  let boxes = []; // [person_id, left, top, right, bottom] in px, the last drawn on top
  let hues = null;

  function colours() {
    if (!hues) {
      const style = getComputedStyle(document.documentElement);
      hues = [];
      for (let i = 0; style.getPropertyValue(`--person-${i}`); i += 1) hues.push(style.getPropertyValue(`--person-${i}`).trim());
    }
    return hues;
  }

  // The colour of a person, the same on the image and in the list.
  function personIndex(personId) {
    const number = Number.parseInt(personId.replace(/\D+/g, ''), 10) || 0;
    return number % colours().length;
  }

  function shortName(personId) {
    return personId.startsWith('face_') ? personId.slice(5) : personId;
  }

  // view: {frame, picture, shown_id, words, paused, describe}; frame is null when there is none,
  // paused are the people whose faces are covered
  function draw(canvas, view) {
    const scale = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
    if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
    const context = canvas.getContext('2d');
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    const place = fit(view.frame, width, height);
    if (view.picture && view.frame) context.drawImage(view.picture, place.x, place.y, place.width, place.height);
    else outline(context, place);
    const faces = view.frame?.faces ?? [];
    boxes = faces.map((face) => box(face, place));
    faces.forEach((face, i) => drawFace(context, face, boxes[i], place, view));
    if (view.words) notice(context, view.words, width, height);
  }

  function box(face, place) {
    const [left, top, right, bottom] = face.box_xyxy;
    return [`face_${face.face_id}`, place.x + left * place.width, place.y + top * place.height, place.x + right * place.width, place.y + bottom * place.height];
  }

  function fit(frame, width, height) {
    const ratio = frame?.image_width ? frame.image_width / frame.image_height : 4 / 3;
    const size = Math.min(width, height * ratio);
    return { x: (width - size) / 2, y: (height - size / ratio) / 2, width: size, height: size / ratio };
  }

  function outline(context, place) {
    context.strokeStyle = 'rgb(70, 82, 100)';
    context.lineWidth = 1;
    context.strokeRect(place.x + 0.5, place.y + 0.5, place.width - 1, place.height - 1);
  }

  function drawFace(context, face, [personId, left, top, right, bottom], place, view) {
    const isShown = personId === view.shown_id;
    const hue = colours()[personIndex(personId)];
    const path = new Path2D();
    path.roundRect(left, top, right - left, bottom - top, 8);
    if (view.paused.has(personId)) {
      context.fillStyle = 'rgb(128, 134, 144)';
      context.fill(path);
    }
    context.setLineDash([]);
    context.strokeStyle = 'rgba(10, 13, 17, 0.75)';
    context.lineWidth = isShown ? 7 : 5;
    context.stroke(path);
    context.strokeStyle = hue;
    context.lineWidth = isShown ? 4 : 2;
    context.setLineDash(isShown ? [] : [7, 5]);
    context.stroke(path);
    context.setLineDash([]);
    tag(context, personId, view.describe(face), hue, left, top, right, place, isShown);
  }

  // The tag is never wider than its box, so that it does not lie over a neighbour.
  function tag(context, personId, words, hue, left, top, right, place, isShown) {
    const number = shortName(personId);
    context.font = `700 14px ${FONT}`;
    context.textAlign = 'left';
    const badge = context.measureText(number).width + 12;
    context.font = `${isShown ? 700 : 500} 14px ${FONT}`;
    const written = [words, words.split(' ')[0]].find((w) => badge + context.measureText(w).width + 14 <= right - left);
    const wide = badge + (written ? context.measureText(written).width + 14 : 0);
    const at = Math.max(Math.min(left, place.x + place.width - wide), place.x);
    const up = top - TAG_PX - 3 >= place.y ? top - TAG_PX - 3 : Math.max(top + 3, place.y + 2);
    context.fillStyle = 'rgba(10, 13, 17, 0.85)';
    context.fillRect(at, up, wide, TAG_PX);
    context.fillStyle = hue;
    context.fillRect(at, up, badge, TAG_PX);
    context.fillStyle = 'rgb(255, 255, 255)';
    if (written) context.fillText(written, at + badge + 7, up + 16);
    context.font = `700 14px ${FONT}`;
    context.fillStyle = 'rgb(0, 0, 0)';
    context.fillText(number, at + 6, up + 16);
  }

  function notice(context, words, width, height) {
    context.font = `600 18px ${FONT}`;
    context.textAlign = 'center';
    const wide = context.measureText(words).width + 28;
    context.fillStyle = 'rgba(10, 13, 17, 0.8)';
    context.fillRect((width - wide) / 2, height / 2 - 22, wide, 40);
    context.fillStyle = 'rgb(230, 235, 241)';
    context.fillText(words, width / 2, height / 2 + 5);
  }

  // The person whose box is at this place of the canvas, the smallest one; null when there is none.
  function personAt(x, y) {
    const hit = boxes.filter(([, left, top, right, bottom]) => x >= left - NEAR_PX && x <= right + NEAR_PX && y >= top - TAG_PX && y <= bottom + NEAR_PX);
    hit.sort((a, b) => (a[3] - a[1]) * (a[4] - a[2]) - (b[3] - b[1]) * (b[4] - b[2]));
    return hit.length ? hit[0][0] : null;
  }

  return { draw, personAt, personIndex, shortName };
})();
