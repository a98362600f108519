// Loaded before a service (`node --import`): its machine's clock is ahead by CLOCK_OFFSET_MS, behind where that is negative.
const { Date: TrueDate } = globalThis;
const offsetMs = Number(process.env.CLOCK_OFFSET_MS);
const now = () => TrueDate.now() + offsetMs;

globalThis.Date = new Proxy(TrueDate, {
  apply: () => new TrueDate(now()).toString(),
  construct: (target, given, derived) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, derived),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});
Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + offsetMs });
