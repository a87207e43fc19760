import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { UPGRADE_SERVICE } from '../../../workflows/contract';
import { ensureSearchAttributes } from '../../../worker/search-attributes';
import { DROVER_MAIN, freshDist } from '../../support/fresh-dist';
import type { StackTemporal } from '../../support/stack-temporal';
import { namespaceOfItsOwn } from '../../support/stack-temporal';
import { StartedProcess } from '../../support/started-process';
import { jsonLines } from '../../e2e/said';

jest.setTimeout(120_000);

let temporal: StackTemporal;
let connection: Connection;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const keyword = (value: string) => ({
  metadata: { encoding: bytes('json/plain'), type: bytes('Keyword') },
  data: bytes(JSON.stringify(value)),
});

beforeAll(async () => {
  await freshDist();
  temporal = await namespaceOfItsOwn();
  connection = await Connection.connect({ address: temporal.address });
  await ensureSearchAttributes(connection, temporal.namespace, { onStep: () => undefined });
});
afterAll(() => connection.close());

/** A deployment as a client with a codec asks for it: the payloads are encoded, search attributes never are. */
async function askedWithCodec(service: string): Promise<void> {
  const payload = { metadata: { encoding: bytes('binary/encrypted') }, data: bytes('canary') };
  await connection.workflowService.startWorkflowExecution({
    namespace: temporal.namespace,
    workflowId: `deploy/prod/shop/${service}`,
    workflowType: { name: UPGRADE_SERVICE },
    taskQueue: { name: 'nobody' },
    input: { payloads: [payload] },
    memo: { fields: { requestId: payload } },
    searchAttributes: {
      indexedFields: {
        DroverEnvironment: keyword('prod'),
        DroverRequester: keyword('jane@host'),
        DroverRequest: keyword('r-1'),
      },
    },
    requestId: randomUUID(),
    identity: 'a test',
  });
}

test('what a codec has encoded is told as such, with what is in clear, and nothing is taken for told that is not', async () => {
  await askedWithCodec('web');
  const { address, namespace } = temporal;
  const env = { PATH: process.env.PATH, HOME: '/nowhere', TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
  const args = ['audit', '--since', '1h'];
  for (;;) {
    const ended = await new StartedProcess('audit', DROVER_MAIN, args, { cwd: '/', env }).ended;
    expect(ended.code).toBe(0);
    const lines = jsonLines(ended);
    // An export ends some seconds ago.
    if (lines.length === 1) continue;
    expect(lines).toMatchObject([
      {
        ...{ type: 'event', event: 'asked', service: 'web', by: 'jane@host', why: null, requestId: 'r-1' },
        ...{ deploymentId: null, identity: 'a test', unreadable: ['binary/encrypted'] },
      },
      { type: 'audit', complete: true, events: 1, unreadable: 1, encodings: ['binary/encrypted'] },
    ]);
    expect(ended.stderr).toMatch(
      /a codec has encoded a part of 1 events \(binary\/encrypted\), which this command cannot read/,
    );
    expect(ended.stdout).not.toContain('canary');
    return;
  }
});
