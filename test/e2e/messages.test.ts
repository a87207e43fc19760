import { hostname, userInfo } from 'node:os';
import { INTERVENTION_TABLE } from '../../decision/intervention';
import type { InterventionName, Nudge } from '../../workflows/contract';
import { NUDGE } from '../../workflows/contract';
import { Stack } from '../support/stack';
import { Command, STACK } from './command';
import { jsonLines, resultOf } from './said';

const HERE = `${userInfo().username}@${hostname()}`;
const BUILD = { GITLAB_CI: 'true', CI_PROJECT_PATH: 'shop', CI_PIPELINE_IID: '123', CI_JOB_ID: '9' };

/** Who says what, and who the history then says it was. */
const SENDERS: readonly {
  readonly service: string;
  readonly says: InterventionName;
  readonly env: NodeJS.ProcessEnv;
  readonly by: string;
  readonly verdict: string;
}[] = [
  { service: 'by-a-user', says: 'cancel', env: {}, by: HERE, verdict: 'cancelled' },
  { service: 'by-a-build', says: 'confirm', env: BUILD, by: `gitlab shop#123 (${HERE})`, verdict: 'succeeded' },
  { service: 'rolled-back', says: 'rollback', env: BUILD, by: `gitlab shop#123 (${HERE})`, verdict: 'rolled-back' },
];

describe('who steps in from a command line', () => {
  let stack: Stack;
  beforeAll(async () => {
    const services = SENDERS.map(({ service }) => ({
      name: service,
      launchConfig: { imageUuid: `docker:example/${service}:1` },
    }));
    stack = await Stack.start({
      seed: {
        keys: [{ accessKey: 'ACCESS', secretKey: 'SECRET', role: 'owner' }],
        projects: [{ name: 'Cases', stacks: [{ name: STACK, services }] }],
      },
    });
  }, 120_000);
  afterAll(() => stack.close());

  /** What came with a message, as the history has it. */
  async function contentOf(service: string, name: InterventionName): Promise<unknown> {
    for (const event of await stack.history(`deploy/${stack.alias}/${STACK}/${service}`)) {
      const accepted = event['workflowExecutionUpdateAcceptedEventAttributes'] as Accepted | undefined;
      const input = accepted?.acceptedRequest.input;
      const data = input?.args.payloads[0]?.data;
      if (input?.name === name && data !== undefined) return JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
    }
    throw new Error(`the history has no ${name}`);
  }

  /** What the event stream of Rancher told a deployment. */
  async function nudgesOf(service: string): Promise<Nudge[]> {
    const events = await stack.history(`deploy/${stack.alias}/${STACK}/${service}`);
    return events.flatMap((event) => {
      const signalled = event['workflowExecutionSignaledEventAttributes'] as Signalled | undefined;
      const data = signalled?.signalName === NUDGE ? signalled.input?.payloads?.[0]?.data : undefined;
      return data === undefined ? [] : [JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as Nudge];
    });
  }

  test.each(SENDERS)(
    '$says $service: acknowledged in the words of the table; $by and the reason are in the history and in the verdict',
    async ({ service, says, env, by, verdict }) => {
      const command = new Command(stack, service);
      expect(await command.upgrade('--hold')).toMatchObject({ code: 0 });
      const refused = await command.run('retry', '--why', 'impatient', '--json');
      expect(refused).toMatchObject({ code: 7, stderr: '' });
      expect(refused.stdout).toContain(INTERVENTION_TABLE.confirming.retry.meaning);

      const said = await stack.drover([says, stack.alias, command.path, '--why', 'a\ttest', '--json'], { env });
      expect(said).toMatchObject({ code: 0, stderr: '' });
      expect(jsonLines(said)).toEqual([
        {
          type: 'intervention',
          name: says,
          environment: stack.alias,
          stack: STACK,
          service,
          how: 'acknowledged',
          phase: 'confirming',
          meaning: INTERVENTION_TABLE.confirming[says].meaning,
          exitCode: 0,
        },
      ]);
      const end = resultOf(await command.run('status', '--watch', '--json'));
      expect(end).toMatchObject({ verdict });
      if (says !== 'confirm') expect(end['reason']).toContain(`${says} by ${by} (a test)`);
      expect(await contentOf(service, says)).toMatchObject({ by, why: 'a test' });
      const { events } = await stack.progress(STACK, service);
      expect(events.map(({ text }) => text)).toContain(
        `${says} by ${by} (a test): ${INTERVENTION_TABLE.confirming[says].meaning}`,
      );

      const woken = await nudgesOf(service);
      expect(woken).not.toEqual([]);
      for (const nudge of woken)
        expect(['saw', 'state', 'running', 'expected']).toEqual(expect.arrayContaining(Object.keys(nudge)));

      const late = await command.run(says);
      expect(late).toMatchObject({ code: 7, stdout: '' });
      expect(late.stderr).toContain(`There is nothing to ${says}: the last deployment of ${command.target} is over`);
    },
  );
});

interface Accepted {
  readonly acceptedRequest: {
    readonly input: { readonly name: string; readonly args: { readonly payloads: readonly { data?: string }[] } };
  };
}

interface Signalled {
  readonly signalName?: string;
  readonly input?: { readonly payloads?: readonly { readonly data?: string }[] };
}
