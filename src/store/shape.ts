/** Checks of what was read from a file, for what must be quick to load: a validator takes longer than the rest of it. */
export type Check = (value: unknown) => boolean;

export const text =
  (maxLength: number): Check =>
  (value) =>
    typeof value === "string" && value.length <= maxLength;

export const finiteNumber: Check = (value) => Number.isFinite(value);

export const integer: Check = (value) => Number.isSafeInteger(value);

export const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);

export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every((item) => check(item));

/** An object with these fields and no other: what is not known is not ours. */
export function record(fields: Readonly<Record<string, Check>>): Check {
  const checks = Object.entries(fields);
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const known = value as Readonly<Record<string, unknown>>;
    return (
      Object.keys(value).every((name) => Object.hasOwn(fields, name)) &&
      checks.every(([name, check]) => check(Object.hasOwn(value, name) ? known[name] : undefined))
    );
  };
}
