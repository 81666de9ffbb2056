/** Round numbers from zero to at least the largest: three to five of them above zero, 1, 2, 2.5 or 5 times ten to something apart. */
export function ticksThrough(largest: number): readonly number[] {
  if (largest <= 0) return [0, 1];
  const power = 10 ** Math.floor(Math.log10(largest / 5));
  const steps = [1, 2, 2.5, 5, 10, 20, 25].map((factor) => factor * power);
  const step = steps.find((one) => Math.ceil(largest / one - 1e-9) <= 5) ?? largest;
  return Array.from({ length: Math.ceil(largest / step - 1e-9) + 1 }, (_, at) => at * step);
}
