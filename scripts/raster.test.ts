import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { coverage, png, polygonsOf } from './raster.mjs';

describe('drawing paths', () => {
  it('covers whole pixels wholly, half ones by half, and leaves holes', () => {
    expect([...coverage(polygonsOf('M0 0h2v2H0z'), 4, 4)]).toEqual([
      255, 255, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
    expect([...coverage(polygonsOf('M0 0h1.5v1H0z'), 2, 2)]).toEqual([255, 128, 0, 0]);
    // With the opposite winding, an inner path is a hole.
    expect([...coverage(polygonsOf('M0 0h3v3H0zM1 1v1h1V1z'), 3, 3)]).toEqual([
      255, 255, 255, 255, 0, 255, 255, 255, 255,
    ]);
  });

  it('continues from the start of a closed path, and mirrors the handle of a smooth curve', () => {
    expect(polygonsOf('M1 1h1v1zm2 0h1v1z').map((points) => points[0])).toEqual([
      [1, 1],
      [3, 1],
    ]);
    const [points] = polygonsOf('M0 0c0 1 1 1 1 0s1-1 1 0z');
    expect(points?.at(-1)).toEqual([2, 0]);
    expect(Math.min(...(points ?? []).map(([, y]) => y ?? 0))).toBeCloseTo(-0.75, 1);
  });

  it('refuses a command that it would draw wrongly', () => {
    expect(() => polygonsOf('M0 0a1 1 0 0 1 2 2z')).toThrow(/command a/);
  });

  it('writes a PNG with the pixels as drawn', () => {
    const image = png([{ polygons: polygonsOf('M0 0h1v1H0z'), colour: [1, 2, 3] }], 2, 2);
    expect(image.subarray(1, 4).toString()).toBe('PNG');
    const at = image.indexOf('IDAT');
    expect([...inflateSync(image.subarray(at + 4, at + 4 + image.readUInt32BE(at - 4)))]).toEqual([
      0, 1, 2, 3, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
  });
});
