/** Colours of the maps. They are the same on a light and on a dark page, so that pictures can be compared. */

/** Dark to light with a hue that turns, even in lightness: for the value. */
const ramp = [
  [38, 20, 84],
  [62, 62, 138],
  [44, 110, 142],
  [32, 151, 139],
  [78, 190, 106],
  [170, 219, 52],
  [250, 231, 70],
];

/** From one sign to the other over a pale middle: for numbers of an action. */
const diverging = [
  [0, 82, 155],
  [106, 167, 214],
  [238, 236, 230],
  [235, 150, 84],
  [178, 66, 0],
];

/** Okabe and Ito's colours, apart for colour-blind readers: for the actions of a discrete space. */
const actions = [
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [204, 121, 167],
  [213, 94, 0],
  [86, 180, 233],
  [240, 228, 66],
  [127, 127, 127],
];

/** What a certainty of nothing fades to. */
const PALE = [240, 240, 236];

/** @param {number} share in [0, 1]; @returns {number[]} red, green and blue */
export const valueColour = (share) => along(ramp, share);

/** @param {number} share in [0, 1]; @returns {number[]} red, green and blue */
export const numberColour = (share) => along(diverging, share);

/** @param {number} action; @param {number} strength in [0, 1]; @returns {number[]} red, green and blue */
export function actionColour(action, strength = 1) {
  const colour = actions[action % actions.length];
  return PALE.map((pale, i) => pale + (colour[i] - pale) * Math.sqrt(Math.max(0, strength)));
}

export const css = (colour) => `rgb(${colour.map(Math.round).join(' ')})`;

function along(colours, share) {
  const at = Math.min(1, Math.max(0, share)) * (colours.length - 1);
  const i = Math.min(colours.length - 2, Math.floor(at));
  return colours[i].map((low, c) => low + (colours[i + 1][c] - low) * (at - i));
}
