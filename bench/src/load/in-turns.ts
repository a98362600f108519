/** Calls `act` so many times, `inFlight` at a time. @returns seconds */
export async function inTurns(times: number, inFlight: number, act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  let begun = 0;
  const goOn = async (): Promise<void> => {
    while (begun++ < times) await act();
  };
  await Promise.all(Array.from({ length: inFlight }, goOn));
  return (performance.now() - began) / 1_000;
}
