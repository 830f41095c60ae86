/** Labels of a log axis at most. */
const MOST_LABELS = 9;
/** The value in Vega's language as a power of ten with Unicode's superscripts, 10⁻⁴; other values as 2·10⁻⁴. */
const powerOfTen = (() => {
  const exponent = 'floor(log(datum.value) / LN10 + 1e-9)';
  const mantissa = `round(datum.value / pow(10, ${exponent}))`;
  const digit = (of: string) => `['⁰','¹','²','³','⁴','⁵','⁶','⁷','⁸','⁹'][${of}]`;
  const size = `abs(${exponent})`;
  const hundreds = `(${size} >= 100 ? ${digit(`floor(${size} / 100)`)} : '')`;
  const tens = `(${size} >= 10 ? ${digit(`floor(${size} / 10) % 10`)} : '')`;
  const power = `'10' + (${exponent} < 0 ? '⁻' : '') + ${hundreds} + ${tens} + ${digit(`${size} % 10`)}`;
  return `(${mantissa} == 1 ? '' : ${mantissa} + '·') + ${power}`;
})();

/**
 * A log axis with typeset labels at whole powers of ten, evenly spaced, where the values span two decades or more; below that where Vega puts
 * them. @param values what is drawn along the axis
 */
export function logAxis(values: readonly number[]) {
  const positive = values.filter((v) => v > 0 && Number.isFinite(v));
  // No spread: there may be very many.
  const low = Math.floor(Math.log10(positive.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)));
  const high = Math.ceil(Math.log10(positive.reduce((a, b) => Math.max(a, b), 0)));
  if (!(high - low >= 2)) return { labelExpr: `datum.label == '' ? '' : ${powerOfTen}` };
  const stride = Math.ceil((high - low + 1) / MOST_LABELS);
  const first = Math.ceil(low / stride) * stride;
  const ticks = Array.from({ length: Math.floor((high - first) / stride) + 1 }, (_, i) => 10 ** (first + i * stride));
  return { values: ticks, labelExpr: powerOfTen };
}
