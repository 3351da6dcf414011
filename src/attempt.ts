/** Calls whose failure is an answer, not an error. What they throw is dropped: it may hold what was sent. */
/** Whether an assertion holds: true unless it throws. */
export function holds(assertion: () => void): boolean {
  try {
    assertion();
    return true;
  } catch {
    return false;
  }
}

/** Whether an action came to its end: true unless it rejects or answers false. */
export async function succeeds(action: () => Promise<boolean | void>): Promise<boolean> {
  try {
    return (await action()) !== false;
  } catch {
    return false;
  }
}
