import { deploy, journalLine, requestsOf } from './deploy';
import type { ChaosOptions } from './options';
import { Site } from './site';
import { canariesOf, generateCase } from './support/deployment-case';
import { figuresOf, Tally } from './support/figures';
import { checkDeployment } from './support/invariants';

/**
 * One deployment of a seed alone, with everything about it: what there is, what is asked, the logbook, the requests with the faults
 * that they met, Rancher's journal, and what the checks find.
 *
 * @returns how many deployments failed: 0 or 1
 */
export async function replay(options: ChaosOptions, index: number, say: (line: string) => void): Promise<number> {
  const one = generateCase(options.seed, index);
  const { serviceSeed, behaviours, input, script, expected } = one;
  say(`deployment ${index}: ${one.kind}; expected: ${expected.join(' or ')}`);
  say(JSON.stringify({ service: { ...serviceSeed, launchConfig: '…' }, behaviours, input, script }, null, 2));
  const site = await Site.open([one], options);
  const tally = new Tally();
  try {
    const deployed = await deploy(site.stack, one, ({ at, phase, text }) =>
      say(`${new Date(at).toISOString().slice(11, 23)} ${phase}: ${text}`),
    );
    const { evidence } = deployed;
    const violations = checkDeployment(evidence, canariesOf([one]));
    tally.add(figuresOf(deployed, violations));
    say('\nrequests, with the faults that they met:');
    for (const line of await requestsOf(site.stack)) say(`  ${line}`);
    say("\nRancher's journal:");
    for (const entry of evidence.journal) say(`  ${journalLine(entry)}`);
    say(`\n${evidence.outcome.verdict}: ${evidence.outcome.reason}`);
    for (const { name, how } of evidence.said) say(`${name} was ${how}`);
    const troubles = site.troubles();
    for (const { invariant, text } of violations) say(`VIOLATION ${invariant}: ${text}`);
    for (const text of troubles) say(`VIOLATION ${text}`);
    const failed = violations.length + troubles.length > 0 ? 1 : 0;
    say(`seed ${options.seed}, fault rate ${options.faultRate}`);
    say(`${1 - failed} passed, ${failed} failed`);
    return failed;
  } finally {
    await site.close(tally);
  }
}
