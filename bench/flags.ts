/** The number of a flag. @throws Error naming flag, value and what is expected where it is no integer from `least` on */
export function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`--${flag} is ${text}; expected a whole number from ${least} on.`);
}
