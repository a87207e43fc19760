/** The phases of a deployment, in the order in which an undisturbed one passes them; then the detours. */
export const PHASES = [
  'resolving',
  'upgrading',
  'waiting',
  'verifying',
  'confirming',
  'finishing',
  'done',
  'settling',
  'rolling-back',
  'parked',
] as const;

/** Where a deployment is. `settling`, `rolling-back` and `parked` are detours: see `docs/how-a-deployment-works.md`. */
export type Phase = (typeof PHASES)[number];
