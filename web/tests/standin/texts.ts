/** An answer that shows all that an answer can hold. */
export const RICH = `A tributary **joins** a larger stream rather than reaching the sea itself. Where the two meet is the *confluence*, and what flows on is the sum of both.

### How much water arrives

If the main stem carries $Q_1$ and the tributary $Q_2$, then below the confluence

$$
Q = Q_1 + Q_2 = \\int_{A} v(x, y)\\,\\mathrm{d}A
$$

The numbers for three well-known rivers:

| River | Length (km) | Discharge (m³/s) | Joins |
|:--|--:|--:|:--|
| Madeira | 3,380 | 31,200 | Amazon |
| Missouri | 3,767 | 2,450 | Mississippi |
| Inn | 518 | 730 | Danube |

### In code

A river system is a tree, so its discharge is a fold over it:

\`\`\`rust
/// The water that leaves a stream: its own, and that of all that join it.
fn discharge(stream: &Stream) -> f64 {
    let joined: f64 = stream.tributaries.iter().map(discharge).sum();
    stream.source + joined // cubic metres per second
}
\`\`\`

A few things to keep in mind:

1. The larger stream is not always the longer one.
2. Colours can run side by side for kilometres before they mix.
   - The Inn is green, the Danube blue.
   - The Ilz, from the moor, is almost black.
3. Names are a convention: see \`stream.name\`.

> Where streams meet, the name that survives is decided by people, not by water.

Read more at [the encyclopaedia](https://en.wikipedia.org/wiki/Tributary).
`;

export const SHORT =
  'Here is a short answer, so that you can see how one looks. It has two sentences and no more.';

export function words(text: string): string[] {
  return text.match(/\s*\S+/g)?.concat(text.match(/\s+$/) ?? []) ?? [text];
}
