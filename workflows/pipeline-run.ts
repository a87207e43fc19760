import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { condition, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { Approval, ApprovalRule, Standing } from '../decision/approval';
import { approvalsEndAt, standing } from '../decision/approval';
import type { PipelineRequest, PipelineStage } from '../decision/pipeline';
import type { Pinned } from '../decision/promotion';
import { imagesOfPinned } from '../decision/promotion';
import type { Verdict } from '../decision/verdict';
import type { Acknowledgement, Intervention } from './contract';
import { EventLog } from './event-log';
import { authorOf, messageOf, whyNewerMessage } from './interventions';
import { approveSignal, approveUpdate, breakGlassSignal, breakGlassUpdate, pipelineQuery } from './messages';
import type {
  ApprovalAnswer,
  ApprovalMessage,
  PipelineEvent,
  PipelineProgress,
  PipelineResult,
  Said,
  StageEnvironment,
  StageProgress,
  StageState,
} from './pipeline-contract';
import { approvalSubjectOf } from './pipeline-contract';
import { pipelineDetails } from './pipeline-details';
import { shortSummary } from './summaries';

const PHASE_KEY = defineSearchAttributeKey('DroverPhase', SearchAttributeType.KEYWORD);
const VERDICT_KEY = defineSearchAttributeKey('DroverVerdict', SearchAttributeType.KEYWORD);

/** One stage in progress. */
export interface Stage {
  readonly asked: PipelineStage;
  state: StageState;
  since: number;
  until: number | null;
  waitsFor: string | null;
  /** When people were asked; null before. */
  askedAt: number | null;
  readonly approvals: Approval[];
  /** Who went past what it waits for. */
  brokenGlass: Said | null;
  readonly environments: Map<string, StageEnvironment>;
}

/** Verifies a signed approval. */
export type Verify = (
  message: { readonly decision: 'approve' | 'reject'; readonly subject: string; readonly person: string },
  token: string,
) => Promise<{ readonly valid: boolean; readonly why: string }>;

/** A pipeline in progress: where its stages are, what people said, and its logbook. */
export class PipelineRun {
  readonly startedAt = Date.now();
  readonly stages: readonly Stage[];
  pinned: readonly Pinned[] = [];
  /** Why nothing further is begun: a person said so. */
  cancelled: string | null = null;
  /** Who went past freezes, approvals and holds, and why; for the stage at hand. */
  brokenGlass: { readonly by: string; readonly why: string } | null;
  readonly #log = new EventLog<PipelineEvent>();
  #pokes = 0;
  #result: PipelineResult | null = null;

  constructor(
    readonly request: PipelineRequest,
    private readonly verify: Verify,
    private readonly onCancel: (intervention: Intervention) => void,
  ) {
    this.brokenGlass = request.breakGlass ?? null;
    this.stages = request.stages.map((asked) => ({
      ...({ asked, state: 'waiting', since: this.startedAt, until: null, waitsFor: null, askedAt: null } as const),
      brokenGlass: null,
      approvals: [],
      environments: new Map(
        asked.environments.map((environment) => [
          environment,
          { environment, releaseId: null, verdict: null, reason: null, changes: [] },
        ]),
      ),
    }));
    setHandler(pipelineQuery, () => this.progress(), { description: 'Where the pipeline and each of its stages is' });
    setHandler(
      approveSignal,
      async (message) => {
        if (this.#isKnown('approve', message)) await this.#approve(message);
      },
      {
        description: 'A person says yes or no to the stage that waits',
      },
    );
    setHandler<ApprovalAnswer, [ApprovalMessage?], typeof approveUpdate>(
      approveUpdate,
      (message) => this.#approve(message),
      {
        description: 'A person says yes or no to the stage that waits',
        validator: (message) => this.#requireWaiting(message),
      },
    );
    setHandler(
      breakGlassSignal,
      (message) => {
        if (this.#isKnown('breakGlass', message)) this.#breakGlass(message);
      },
      {
        description: 'Go past freezes, approvals and holds of the stage at hand; needs a reason',
      },
    );
    setHandler<Acknowledgement, [Intervention?], typeof breakGlassUpdate>(
      breakGlassUpdate,
      (message) => this.#breakGlass(message),
      {
        description: 'Go past freezes, approvals and holds of the stage at hand; needs a reason',
        validator: (message) => {
          requireKnown(message);
          if (authorOf(message).why === null) throw new Error('breaking the glass needs a reason: say why');
        },
      },
    );
    for (const kind of ['cancel', 'rollback'] as const) {
      const { signal, update, description } = messageOf(kind);
      const taken = (input: Intervention | undefined): void => {
        if (this.#isKnown(kind, input)) this.#cancel(kind, input);
      };
      setHandler(signal, taken, { description });
      setHandler<Acknowledgement, [Intervention?], typeof update>(update, (input) => this.#cancel(kind, input), {
        description,
        validator: (input) => requireKnown(input),
      });
    }
    const { author, name, stack } = request;
    this.note(
      'info',
      '',
      `${author.by} asked for ${name} of ${stack}${author.why === undefined ? '' : `: ${author.why}`}`,
    );
    if (this.brokenGlass !== null)
      this.note('warning', '', `the glass is broken by ${this.brokenGlass.by}: ${this.brokenGlass.why}`);
  }

  note(level: PipelineEvent['level'], stage: string, text: string): void {
    this.#log.add({ at: Date.now(), level, stage, text });
    this.#describe();
  }

  move(stage: Stage, state: StageState, more: { readonly until?: number; readonly waitsFor?: string } = {}): void {
    stage.state = state;
    stage.since = Date.now();
    stage.until = more.until ?? null;
    stage.waitsFor = more.waitsFor ?? null;
    upsertSearchAttributes([{ key: PHASE_KEY, value: `${state}: ${stage.asked.name}` }]);
    this.#describe();
  }

  saw(stage: Stage, environment: string, more: Partial<StageEnvironment>): void {
    const before = stage.environments.get(environment);
    if (before !== undefined) stage.environments.set(environment, { ...before, ...more });
    this.#describe();
  }

  /** Waits until it is so, or for so long, milliseconds; whatever people say is looked at again. @returns whether it is so */
  until(met: () => boolean, limitMillis: number, summary: string): Promise<boolean> {
    return condition(met, Math.max(1, Math.round(limitMillis)), { summary: shortSummary(summary) });
  }

  /** How often people said something. */
  get pokes(): number {
    return this.#pokes;
  }

  /** Where the approvals of a stage stand. */
  standingOf(stage: Stage, rule: ApprovalRule): Standing {
    return standing(rule, this.request.author.by, stage.approvals, stage.askedAt ?? undefined);
  }

  end(ended: { readonly verdict: Verdict; readonly reason: string; readonly nextStep: string }): PipelineResult {
    const { request } = this;
    this.#result = {
      ...ended,
      pipelineId: request.pipelineId,
      requestId: request.requestId,
      stages: this.stages.map(seenFromOutside(this)),
      startedAt: this.startedAt,
      endedAt: Date.now(),
      requestedBy: request.author.by,
    };
    const isGood = ended.verdict === 'succeeded' || ended.verdict === 'unchanged';
    this.note(isGood ? 'info' : 'error', '', `${ended.verdict}: ${ended.reason}`);
    upsertSearchAttributes([
      { key: PHASE_KEY, value: 'done' },
      { key: VERDICT_KEY, value: ended.verdict },
    ]);
    return this.#result;
  }

  progress(): PipelineProgress {
    const { request } = this;
    return {
      pipelineId: request.pipelineId,
      requestId: request.requestId,
      name: request.name,
      stack: request.stack,
      requestedBy: request.author.by,
      requestedWhy: request.author.why ?? null,
      startedAt: this.startedAt,
      stages: this.stages.map(seenFromOutside(this)),
      images: this.pinned.flatMap(imagesOfPinned),
      events: this.#log.events,
      eventCount: this.#log.eventCount,
      result: this.#result,
    };
  }

  /** The stage that waits for people. */
  get #asking(): Stage | undefined {
    return this.stages.find(({ state }) => state === 'approval');
  }

  /** Whether a signal is none of a later release's, which may mean something else; nobody waits for an answer, so it is written down. */
  #isKnown(name: string, message: unknown): boolean {
    const newer = whyNewerMessage(message);
    if (newer !== null) this.note('warning', '', `${name} by ${authorOf(message).by} is refused: ${newer}`);
    return newer === null;
  }

  #requireWaiting(message: ApprovalMessage | undefined): void {
    requireKnown(message);
    const asking = this.#asking;
    if (asking === undefined) throw new Error('no stage waits for an approval now');
    const named = typeof message === 'object' ? message.stage : undefined;
    if (named !== undefined && named !== asking.asked.name)
      throw new Error(`the stage ${named} does not wait for an approval: ${asking.asked.name} does`);
  }

  async #approve(message: ApprovalMessage | undefined): Promise<ApprovalAnswer> {
    const stage = this.#asking;
    const { by, why } = authorOf(message);
    if (stage === undefined || stage.asked.approvals === null)
      return { stage: '', counts: false, missing: 0, text: 'no stage waits for an approval now' };
    const rule = stage.asked.approvals;
    const { name } = stage.asked;
    const given = typeof message === 'object' && message !== null ? message : {};
    const decision = given.decision === 'reject' ? 'reject' : 'approve';
    let signed = false;
    if (typeof given.token === 'string' && given.token !== '') {
      const subject = approvalSubjectOf(this.request.pipelineId, name);
      const verified = await this.verify({ decision, subject, person: by }, given.token);
      if (!verified.valid) {
        this.note('warning', name, `${decision} by ${by} does not count: ${verified.why}`);
        return { stage: name, counts: false, missing: this.standingOf(stage, rule).missing, text: verified.why };
      }
      signed = true;
    }
    const before = this.standingOf(stage, rule).by.length;
    stage.approvals.push({ decision, by, at: Date.now(), signed, ...(why === null ? {} : { why }) });
    const now = this.standingOf(stage, rule);
    // This one, not another one of the same name.
    const counts = decision === 'reject' || now.by.length > before;
    const refused = now.refused.findLast((one) => one.by === by);
    const said = `${decision} by ${by}${why === null ? '' : ` (${why})`}${signed ? ', signed' : ''}`;
    const text = counts
      ? decision === 'reject'
        ? 'the stage is rejected'
        : now.missing === 0
          ? 'approved: the stage goes on'
          : `${now.missing} more to approve`
      : `it does not count: ${refused?.why ?? 'it was said before'}`;
    this.note('warning', name, `${said}: ${text}`);
    this.#pokes += 1;
    return { stage: name, counts, missing: now.missing, text };
  }

  #breakGlass(message: Intervention | undefined): Acknowledgement {
    const { by, why } = authorOf(message);
    const stage = this.stages.find(isOpen);
    const phase = stage?.state ?? 'done';
    if (why === null) {
      this.note('warning', '', `breaking the glass by ${by} is refused: it needs a reason`);
      return { phase, meaning: 'refused: it needs a reason' };
    }
    this.brokenGlass = { by, why };
    if (stage !== undefined) stage.brokenGlass = { by, why, at: Date.now() };
    this.note('warning', stage?.asked.name ?? '', `the glass is broken by ${by}: ${why}`);
    this.#pokes += 1;
    return {
      phase,
      meaning: 'goes past freezes, approvals and holds of the stage at hand; it is in the history for good',
    };
  }

  #cancel(kind: 'cancel' | 'rollback', input: Intervention | undefined): Acknowledgement {
    const { by, why } = authorOf(input);
    const said = `${kind} by ${by}${why === null ? '' : ` (${why})`}`;
    const phase = this.stages.find(isOpen)?.state ?? 'done';
    this.cancelled ??= said;
    this.#pokes += 1;
    this.note('warning', '', `${said}: takes back what is being released, begins nothing more, and ends`);
    this.onCancel({ by, ...(why === null ? {} : { why }) });
    return {
      phase,
      meaning: 'takes back what is being released, begins nothing more, and ends; stages that passed stay',
    };
  }

  #describe(): void {
    setCurrentDetails(pipelineDetails(this.progress()));
  }
}

/** @throws Error where a message is of a later release's */
function requireKnown(message: unknown): void {
  const newer = whyNewerMessage(message);
  if (newer !== null) throw new Error(newer);
}

function seenFromOutside(run: PipelineRun): (stage: Stage) => StageProgress {
  return (stage) => {
    const { asked, state, since, until, waitsFor, environments, brokenGlass } = stage;
    const now = asked.approvals === null ? null : run.standingOf(stage, asked.approvals);
    return {
      ...{ name: asked.name, from: asked.from, state, since, until, waitsFor },
      approvedBy: now?.by ?? [],
      rejectedBy: now?.rejected ?? null,
      brokenGlass,
      environments: [...environments.values()],
    };
  };
}

const isOpen = ({ state }: Stage): boolean => state !== 'passed' && state !== 'failed' && state !== 'rejected';

/** When the approvals of a stage are waited for no longer. */
export function approvalEndOf(stage: Stage, rule: ApprovalRule): number {
  return approvalsEndAt(rule, stage.askedAt ?? Date.now());
}
