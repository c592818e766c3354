// Colour tables of 256 entries, three bytes each.

// viridis (Smith and van der Walt 2015, CC0): equal steps look equal, also in grey and to the colour-blind
const VIRIDIS = `
44015444025544035745055845065a45085b46095c460b5e460c5f460e61470f62471163471265471466471567471669
47186a48196b481a6c481c6e481d6f481e70482071482172482273482374472575472676472777472878472a79472b7a
472c7b462d7c462f7c46307d46317e45327f45347f453580453681443781443982433a83433b83433c84423d84423e85
4240854141864142864043874044873f45873f47883e48883e49893d4a893d4b893d4c893c4d8a3c4e8a3b508a3b518a
3a528b3a538b39548b39558b38568b38578c37588c37598c365a8c365b8c355c8c355d8c345e8d345f8d33608d33618d
32628d32638d31648d31658d31668d30678d30688d2f698d2f6a8d2e6b8e2e6c8e2e6d8e2d6e8e2d6f8e2c708e2c718e
2c728e2b738e2b748e2a758e2a768e2a778e29788e29798e287a8e287a8e287b8e277c8e277d8e277e8e267f8e26808e
26818e25828e25838d24848d24858d24868d23878d23888d23898d22898d228a8d228b8d218c8d218d8c218e8c208f8c
20908c20918c1f928c1f938b1f948b1f958b1f968b1e978a1e988a1e998a1e998a1e9a891e9b891e9c891e9d881e9e88
1e9f881ea0871fa1871fa2861fa38620a48520a58521a68521a78422a78423a88323a98224aa8225ab8126ac8127ad80
28ae7f29af7f2ab07e2bb17d2cb17d2eb27c2fb37b30b47a32b57a33b67935b77836b87738b97639b9763bba753dbb74
3ebc7340bd7242be7144be7045bf6f47c06e49c16d4bc26c4dc26b4fc36951c46853c56755c66657c66559c7645bc862
5ec96160c96062ca5f64cb5d67cc5c69cc5b6bcd596dce5870ce5672cf5574d05477d05279d1517cd24f7ed24e81d34c
83d34b86d44988d5478bd5468dd64490d64392d74195d73f97d83e9ad83c9dd93a9fd938a2da37a5da35a7db33aadb32
addc30afdc2eb2dd2cb5dd2bb7dd29bade27bdde26bfdf24c2df22c5df21c7e01fcae01ecde01dcfe11cd2e11bd4e11a
d7e219dae218dce218dfe318e1e318e4e318e7e419e9e419ece41aeee51bf1e51cf3e51ef6e61ff8e621fae622fde724`;

/** Dark to bright, for levels. */
export function sequential() {
  const digits = VIRIDIS.replace(/\s/g, ""), table = new Uint8Array(768);
  for (let i = 0; i < 768; i++) table[i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return table;
}

/** The same without the end that the page would swallow: its darkest tenth on black, its brightest on white. */
export function standingOut(dark) {
  const all = sequential(), [from, to] = dark ? [32, 255] : [0, 232], table = new Uint8Array(768);
  for (let i = 0; i < 255; i++) for (let c = 0; c < 3; c++) table[3 * i + c] = all[3 * Math.round(from + (to - from) * i / 254) + c];
  return table;
}

// Made in OKLab: dark at the ends, light in the middle, blue on the way there and orange on the way back, so that the
// colour-blind can tell any two of the twelve.
const ROUND = "4d30544c4c7c4268a71e85d45ca1c98dbcb9bcd4a4c7b17dcc8c55cc65269f554275434e";

/** For what begins again where it ends, as the hours of a day do. */
export function cyclic() {
  const anchors = Array.from({length: 12}, (_, k) => rgb(`#${ROUND.slice(6 * k, 6 * k + 6)}`)), table = new Uint8Array(768);
  for (let i = 0; i < 255; i++) {
    const at = i / 255 * 12, k = Math.floor(at), t = at - k;
    for (let c = 0; c < 3; c++) table[3 * i + c] = Math.round(anchors[k][c] * (1 - t) + anchors[(k + 1) % 12][c] * t);
  }
  return table;
}

const LESS = [43, 108, 176], MORE = [197, 84, 47];

/** Blue below, orange above, and in the middle the page itself: where nothing is left, nothing is drawn. */
export function diverging(background) {
  const table = new Uint8Array(768);
  for (let i = 0; i < 256; i++) {
    const t = (i - 127.5) / 127.5, end = t < 0 ? LESS : MORE;
    for (let c = 0; c < 3; c++) table[3 * i + c] = Math.round(background[c] + (end[c] - background[c]) * Math.abs(t));
  }
  return table;
}

/** "#rrggbb" to three bytes. */
export function rgb(hex) { return [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16)); }

/** Colours of the clusters as a table: cluster k at entry k, again from the start after the last; 255 is grey. */
export function clusterTable(palette) {
  const table = new Uint8Array(768);
  for (let k = 0; k < 255; k++) table.set(rgb(palette[k % palette.length]), 3 * k);
  table.set(rgb(UNCLUSTERED), 765);
  return table;
}

/** Colour of a window that no cluster has taken yet. */
export const UNCLUSTERED = "#8c8c8c";
