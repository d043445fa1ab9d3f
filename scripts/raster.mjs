// Renders SVG paths as PNG files: only a few icons, so no native library is needed.
import { Buffer } from 'node:buffer';
import { deflateSync, crc32 } from 'node:zlib';

/**
 * A path's `d` as closed polygons, curves flattened. Supports M L H V C S and Z, absolute and relative, and
 * circles by `circle`.
 */
export function polygonsOf(d) {
  const tokens = d.match(/[a-zA-Z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/g) ?? [];
  const polygons = [];
  let points = [];
  let [x, y, startX, startY] = [0, 0, 0, 0];
  let control;
  let command = '';
  let at = 0;
  const number = () => Number(tokens[at++]);
  const curve = (x1, y1, x2, y2, toX, toY) => {
    for (let step = 1; step <= 16; step++) {
      const t = step / 16;
      const u = 1 - t;
      points.push([
        u * u * u * x + 3 * u * u * t * x1 + 3 * u * t * t * x2 + t * t * t * toX,
        u * u * u * y + 3 * u * u * t * y1 + 3 * u * t * t * y2 + t * t * t * toY,
      ]);
    }
    control = [x2, y2];
    [x, y] = [toX, toY];
  };
  const line = (toX, toY) => {
    [x, y] = [toX, toY];
    points.push([x, y]);
  };
  while (at < tokens.length) {
    if (/[a-zA-Z]/.test(tokens[at])) command = tokens[at++];
    const [ox, oy] = command === command.toLowerCase() ? [x, y] : [0, 0];
    const lastControl = control;
    control = undefined;
    switch (command.toUpperCase()) {
      case 'M':
        if (points.length > 0) polygons.push(points);
        [x, y] = [ox + number(), oy + number()];
        [startX, startY] = [x, y];
        points = [[x, y]];
        // Further pairs are lines.
        command = command === 'm' ? 'l' : 'L';
        break;
      case 'L':
        line(ox + number(), oy + number());
        break;
      case 'H':
        line(ox + number(), y);
        break;
      case 'V':
        line(x, oy + number());
        break;
      case 'C':
        curve(ox + number(), oy + number(), ox + number(), oy + number(), ox + number(), oy + number());
        break;
      case 'S': {
        const [x1, y1] =
          lastControl === undefined ? [x, y] : [2 * x - lastControl[0], 2 * y - lastControl[1]];
        curve(x1, y1, ox + number(), oy + number(), ox + number(), oy + number());
        break;
      }
      case 'Z':
        [x, y] = [startX, startY];
        break;
      default:
        throw new Error(`a path has the command ${command}, which is not drawn here: ${d}`);
    }
  }
  if (points.length > 0) polygons.push(points);
  return polygons;
}

/**
 * The coverage of each pixel by the polygons (nonzero winding), 0–255, for a view box of `box` units drawn
 * `size` pixels wide.
 */
export function coverage(polygons, box, size) {
  const samples = 8;
  const scale = (size * samples) / box;
  const sums = new Uint32Array(size * size);
  const edges = polygons.flatMap((points) =>
    points.map(([x0, y0], i) => {
      const [x1, y1] = points[(i + 1) % points.length];
      return [x0 * scale, y0 * scale, x1 * scale, y1 * scale];
    }),
  );
  for (let row = 0; row < size * samples; row++) {
    const middle = row + 0.5;
    const crossings = [];
    for (const [x0, y0, x1, y1] of edges) {
      if (y0 <= middle !== y1 <= middle)
        crossings.push([x0 + ((middle - y0) / (y1 - y0)) * (x1 - x0), y1 > y0 ? 1 : -1]);
    }
    crossings.sort((a, b) => a[0] - b[0]);
    let winding = 0;
    for (let i = 0; i + 1 < crossings.length; i++) {
      winding += crossings[i][1];
      if (winding === 0) continue;
      const from = Math.max(0, Math.ceil(crossings[i][0] - 0.5));
      const to = Math.min(size * samples, Math.ceil(crossings[i + 1][0] - 0.5));
      for (let column = from; column < to; column++)
        sums[Math.floor(row / samples) * size + Math.floor(column / samples)]++;
    }
  }
  return Uint8Array.from(sums, (sum) => Math.round((sum * 255) / (samples * samples)));
}

/** A PNG of one size. `layers` are drawn one over the other: `{ polygons, colour: [r, g, b] }`. */
export function png(layers, box, size) {
  const pixels = Buffer.alloc(size * size * 4);
  for (const { polygons, colour } of layers) {
    coverage(polygons, box, size).forEach((alpha, index) => {
      if (alpha === 0) return;
      const at = index * 4;
      const under = pixels[at + 3] * (1 - alpha / 255);
      const all = alpha + under;
      for (let c = 0; c < 3; c++)
        pixels[at + c] = Math.round((colour[c] * alpha + pixels[at + c] * under) / all);
      pixels[at + 3] = Math.round(all);
    });
  }
  const rows = Buffer.concat(
    Array.from({ length: size }, (_, y) =>
      Buffer.concat([Buffer.from([0]), pixels.subarray(y * size * 4, (y + 1) * size * 4)]),
    ),
  );
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name, data) {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(name, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}
