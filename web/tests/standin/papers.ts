import { crc32, deflateSync } from 'node:zlib';

/** The width and height that a picture says of itself. */
export function sizeOf(bytes: Buffer): { width: number | null; height: number | null } {
  if (bytes.subarray(1, 4).toString('latin1') === 'PNG') {
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  }
  if (bytes.subarray(0, 4).toString('latin1') === '<svg') return { width: 800, height: 600 };
  for (let at = 2; at + 9 < bytes.length;) {
    const kind = bytes[at + 1] ?? 0;
    if (kind >= 0xc0 && kind <= 0xc3) {
      return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return { width: null, height: null };
}

const escape = (text: string) => text.replace(/[<&>]/g, (c) => `&#${c.charCodeAt(0)};`);

/** A page of a document, as a preview shows it. */
export function paper(name: string, page: number, text: string): string {
  const lines = text.split(/\s+/).reduce<string[]>(
    (all, word) => {
      const last = all.at(-1) ?? '';
      if (`${last} ${word}`.length > 62) return [...all, word];
      return [...all.slice(0, -1), `${last} ${word}`.trim()];
    },
    [''],
  );
  const body = lines
    .slice(0, 36)
    .map((line, i) => `<text x="80" y="${210 + i * 23}">${escape(line)}</text>`)
    .join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 744 1052" font-family="Georgia, serif" font-size="16" fill="#222">
<rect width="744" height="1052" fill="#fff"/><text x="80" y="130" font-size="30" font-weight="600">${escape(name.replace(/\.[a-z]+$/, ''))}</text>
<rect x="80" y="152" width="120" height="3" fill="#0d6670"/>${body}<text x="664" y="1000" text-anchor="end" fill="#777">${page}</text></svg>`;
}

function chunk(kind: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** A picture of hills in the colours given. */
export function hills(width: number, height: number, hue: number): Buffer {
  const rows = Buffer.alloc(height * (width * 3 + 1));
  const colour = (l: number, shift: number): [number, number, number] => {
    const at = (k: number) => {
      const t = (k + (hue + shift) / 30) % 12;
      return Math.round(
        255 * (l - 0.42 * Math.min(l, 1 - l) * Math.max(-1, Math.min(t - 3, 9 - t, 1))),
      );
    };
    return [at(0), at(8), at(4)];
  };
  const layers = [0, 1, 2].map((k) => colour(0.62 - k * 0.17, 18 * k));
  for (let y = 0; y < height; y++) {
    const sky = colour(0.88 - (y / height) * 0.3, 0);
    for (let x = 0; x < width; x++) {
      const u = x / width;
      const ridge = (k: number, base: number) =>
        base + 0.09 * Math.sin(u * (5 + k * 2) + k * 2 + hue) + 0.04 * Math.sin(u * 17 + k * 5);
      const v = y / height;
      let pixel = sky;
      if (Math.hypot(u - 0.72, (v - 0.28) * (height / width)) < 0.07) pixel = [255, 244, 214];
      [0.45, 0.6, 0.76].forEach((base, k) => {
        if (v > ridge(k, base)) pixel = layers[k] ?? sky;
      });
      rows.set(pixel, y * (width * 3 + 1) + 1 + x * 3);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
