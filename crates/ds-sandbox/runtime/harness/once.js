// Calling app code once.

/** Calls `make` when first asked and remembers what it returned or threw. */
export function once(make) {
  let outcome;
  return () => {
    if (!outcome) {
      try {
        outcome = { value: make() };
      } catch (error) {
        outcome = { error };
      }
    }
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  };
}
