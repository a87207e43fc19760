import type { Command } from './command';

/** The commands, in the order of the help; each is loaded only when it is asked for. */
export const COMMANDS = {
  upgrade: {
    summary: 'take a service to a new image, and follow it to the verdict',
    load: async (): Promise<Command> => (await import('./commands/upgrade.js')).upgrade,
  },
  release: {
    summary: 'take several services to new images as one transaction',
    load: async (): Promise<Command> => (await import('./commands/release.js')).release,
  },
  releases: {
    summary: 'releases: where one and each of its services is; all of them',
    load: async (): Promise<Command> => (await import('./commands/releases.js')).releases,
  },
  promote: {
    summary: 'release in one environment what runs in another',
    load: async (): Promise<Command> => (await import('./commands/promote.js')).promote,
  },
  compose: {
    summary: 'a stack as compose files, without values: what a promotion would copy',
    load: async (): Promise<Command> => (await import('./commands/compose.js')).compose,
  },
  pipeline: {
    summary: 'take a stack through its environments, stage by stage',
    load: async (): Promise<Command> => (await import('./commands/pipeline.js')).pipeline,
  },
  pipelines: {
    summary: 'pipelines and promotions: where one is and what it waits for; all of them',
    load: async (): Promise<Command> => (await import('./commands/pipelines.js')).pipelines,
  },
  approve: {
    summary: 'say yes to the stage of a pipeline that waits',
    load: async (): Promise<Command> => (await import('./commands/approve.js')).approvalCommand('approve'),
  },
  reject: {
    summary: 'say no to it',
    load: async (): Promise<Command> => (await import('./commands/approve.js')).approvalCommand('reject'),
  },
  'break-glass': {
    summary: 'go past freezes, approvals and holds, with a reason',
    load: async (): Promise<Command> => (await import('./commands/break-glass.js')).breakGlass,
  },
  holds: {
    summary: 'what was rolled back and must not be promoted; let it go',
    load: async (): Promise<Command> => (await import('./commands/holds.js')).holds,
  },
  status: {
    summary: 'where a deployment is, or how it ended; --watch follows it',
    load: async (): Promise<Command> => (await import('./commands/status.js')).status,
  },
  list: {
    summary: 'deployments: those that run, then the last that ended',
    load: async (): Promise<Command> => (await import('./commands/list.js')).list,
  },
  why: {
    summary: "why a deployment failed or waits, in Rancher's words, and what to do",
    load: async (): Promise<Command> => (await import('./commands/why.js')).why,
  },
  history: {
    summary: 'the deployments of a service; with --request, the whole logbook of one',
    load: async (): Promise<Command> => (await import('./commands/history.js')).history,
  },
  timeline: {
    summary: 'where the time of a deployment went, phase by phase',
    load: async (): Promise<Command> => (await import('./commands/timeline.js')).timeline,
  },
  report: {
    summary: 'one deployment as a page of HTML, for a CI build or a ticket',
    load: async (): Promise<Command> => (await import('./commands/report.js')).report,
  },
  audit: {
    summary: 'who did what to which service, when and why: JSON lines, whole or failed',
    load: async (): Promise<Command> => (await import('./commands/audit.js')).audit,
  },
  queue: {
    summary: 'who deploys a service, and who waits for it',
    load: async (): Promise<Command> => (await import('./commands/queue.js')).queue,
  },
  orphans: {
    summary: 'services left half upgraded by a deployment that is over, and what can be done',
    load: async (): Promise<Command> => (await import('./commands/orphans.js')).orphans,
  },
  cancel: {
    summary: 'stop a deployment; what it began is rolled back',
    load: async (): Promise<Command> => (await import('./commands/intervention.js')).interventionCommand('cancel'),
  },
  retry: {
    summary: 'let a parked deployment go on, or a waiting one act now',
    load: async (): Promise<Command> => (await import('./commands/intervention.js')).interventionCommand('retry'),
  },
  confirm: {
    summary: 'finish a held upgrade',
    load: async (): Promise<Command> => (await import('./commands/intervention.js')).interventionCommand('confirm'),
  },
  rollback: {
    summary: 'go back to the former configuration',
    load: async (): Promise<Command> => (await import('./commands/intervention.js')).interventionCommand('rollback'),
  },
  worker: {
    summary: 'run a worker: the part that holds the keys and talks to Rancher',
    load: async (): Promise<Command> => (await import('./commands/worker.js')).worker,
  },
  'codec-server': {
    summary: "decrypt payloads for Temporal's Web UI, where they are encrypted",
    load: async (): Promise<Command> => (await import('./commands/codec-server.js')).codecServer,
  },
  versions: {
    summary: 'builds of the workers: which one takes new work, what runs on which; promote, move',
    load: async (): Promise<Command> => (await import('./commands/versions.js')).versions,
  },
  setup: {
    summary: 'make a namespace of Temporal ready: search attributes, and the namespace itself',
    load: async (): Promise<Command> => (await import('./commands/setup.js')).setup,
  },
  init: {
    summary: 'write a first drover.yaml, from what a Rancher has',
    load: async (): Promise<Command> => (await import('./commands/init.js')).init,
  },
  doctor: {
    summary: 'look whether Temporal, Rancher, workers and configuration are right, and what mends them',
    load: async (): Promise<Command> => (await import('./commands/doctor.js')).doctor,
  },
  dev: {
    summary: 'everything on this machine: Temporal with its Web UI, and a worker',
    load: async (): Promise<Command> => (await import('./commands/dev.js')).dev,
  },
  demo: {
    summary: 'see it work: four deployments on a simulated Rancher',
    load: async (): Promise<Command> => (await import('./commands/demo.js')).demo,
  },
  completion: {
    summary: 'completion for bash, zsh or fish',
    load: async (): Promise<Command> => (await import('./commands/completion.js')).completion,
  },
  version: {
    summary: 'the version of Drover',
    load: async (): Promise<Command> => (await import('./commands/version.js')).version,
  },
} as const;

export type CommandName = keyof typeof COMMANDS;

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
