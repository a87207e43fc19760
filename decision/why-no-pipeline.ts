import { whyBadRule, type ApprovalRule } from './approval';
import { readWindow, type FreezeWindow } from './freeze-window';
import { whyNewer, whyUnknown } from './message-version';
import { MOST_ENVIRONMENTS, MOST_STAGES, STAGE_ORDERS, type PipelineRequest, type PipelineStage } from './pipeline';
import { isName, isRecord, isWhole, whyNoAuthor, whyNoNames, type Fields } from './why-no-request';

/** Freezes of one stage. */
const MOST_WINDOWS = 100;

/** All that a pipeline, and a stage of it, may say, and since which version of the messages. */
export const PIPELINE_FIELDS: Readonly<Record<keyof PipelineRequest, number>> = {
  version: 1,
  requestId: 1,
  pipelineId: 1,
  name: 1,
  stack: 1,
  services: 1,
  stages: 1,
  withSettings: 1,
  planOnly: 1,
  createMissing: 1,
  breakGlass: 1,
  author: 1,
};
export const STAGE_FIELDS: Readonly<Record<keyof PipelineStage, number>> = {
  name: 1,
  from: 1,
  environments: 1,
  order: 1,
  approvals: 1,
  soakMillis: 1,
  freeze: 1,
};

/**
 * Why something is no pipeline that a workflow can work on, or null when it is one. As `whyNoRequest`: whoever may reach the namespace can
 * start the workflow with any input.
 */
export function whyNoPipeline(given: unknown): string | null {
  if (!isRecord(given)) return 'the input is no pipeline: an object is expected, as the client of Drover sends it';
  const why =
    whyNewer(given) ??
    whyNoNames(given, ['requestId', 'pipelineId', 'name', 'stack']) ??
    whyNoAuthor(given) ??
    whyUnknown(given, PIPELINE_FIELDS);
  if (why !== null) return why;
  const { services, stages, breakGlass } = given;
  for (const name of ['createMissing', 'withSettings', 'planOnly'])
    if (given[name] !== undefined && typeof given[name] !== 'boolean') return `"${name}" is not true or false`;
  if (breakGlass !== undefined && !(isRecord(breakGlass) && isName(breakGlass['by']) && isName(breakGlass['why'])))
    return '"breakGlass" is no object with "by" and "why"';
  if (services !== null && !isListOfNames(services)) return '"services" is neither null nor a list of names';
  if (!Array.isArray(stages) || stages.length === 0 || stages.length > MOST_STAGES)
    return `"stages" is no list of 1 to ${MOST_STAGES}`;
  const list: readonly unknown[] = stages;
  const bad = list.map((stage) => (isRecord(stage) ? whyNoStage(stage) : 'it is no object'));
  const at = bad.findIndex((found) => found !== null);
  return at < 0 ? null : `in "stages[${at}]": ${bad[at] ?? ''}`;
}

function whyNoStage(stage: Fields): string | null {
  const { environments, order, approvals, soakMillis, freeze } = stage;
  const why = whyNoNames(stage, ['name', 'from']) ?? whyUnknown(stage, STAGE_FIELDS);
  if (why !== null) return why;
  if (!isListOfNames(environments) || environments.length > MOST_ENVIRONMENTS)
    return `"environments" is no list of 1 to ${MOST_ENVIRONMENTS} names`;
  if (new Set(environments).size < environments.length) return '"environments" names one twice';
  if (!STAGE_ORDERS.some((known) => known === order)) return `"order" is not one of ${STAGE_ORDERS.join(', ')}`;
  if (!isWhole(soakMillis, 0)) return '"soakMillis" is no whole number';
  if (!Array.isArray(freeze) || freeze.length > MOST_WINDOWS) return `"freeze" is no list of at most ${MOST_WINDOWS}`;
  const windows: readonly unknown[] = freeze;
  return (approvals === null ? null : whyNoRule(approvals)) ?? windows.map(whyNoWindow).find(isWrong) ?? null;
}

function whyNoRule(rule: unknown): string | null {
  if (!isRecord(rule)) return '"approvals" is neither null nor an object';
  const { people } = rule;
  if (people !== undefined && !(Array.isArray(people) && people.every((name) => typeof name === 'string')))
    return '"approvals.people" is no list of texts';
  for (const key of ['distinctFromRequester', 'signed'])
    if (rule[key] !== undefined && typeof rule[key] !== 'boolean') return `"approvals.${key}" is not true or false`;
  const bad = whyBadRule(rule as unknown as ApprovalRule);
  return bad === null ? null : `"approvals.${bad.at}": ${bad.why}`;
}

function whyNoWindow(window: unknown, index: number): string | null {
  const at = `"freeze[${index}]"`;
  if (!isRecord(window)) return `${at} is no object`;
  const why = whyNoNames(window, ['name', 'timeZone', 'from', 'to']);
  if (why !== null) return `${at}: ${why}`;
  if (window['days'] !== undefined && !Array.isArray(window['days'])) return `${at}: "days" is no list`;
  const read = readWindow(window as unknown as FreezeWindow);
  return read.kind === 'bad' ? `${at}: "${read.at}": ${read.why}` : null;
}

const isWrong = (why: string | null): why is string => why !== null;

function isListOfNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every(isName);
}
