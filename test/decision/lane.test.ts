import type { Ticket, WhenBusy } from '../../decision/lane';
import { enterLane } from '../../decision/lane';
import type { DeploymentRequest } from '../../decision/request';

const request = (requestId: string): DeploymentRequest => ({
  ...{ requestId, deploymentId: `d-${requestId}`, environment: 'prod', stack: 'shop', service: 'web' },
  ...{ image: 'example/web:2', sidekicks: {}, variables: {}, labels: {}, redeploy: false, hold: false, overrides: {} },
  author: { by: 'a test' },
});
const ticket = (requestId: string, whenBusy: WhenBusy = 'queue', digest = requestId): Ticket => ({
  request: request(requestId),
  ...{ digest, whenBusy },
});
const [a, b, c] = [ticket('a'), ticket('b'), ticket('c')];

describe('a request at the door of a lane', () => {
  test('is next where nobody is there, however it asks', () => {
    for (const whenBusy of ['reject', 'queue', 'supersede', 'attach'] as const) {
      const one = ticket('d', whenBusy);
      const entering = { do: 'wait', waiting: [one], superseded: [], supersedesHolder: false };
      expect(enterLane(null, [], one)).toEqual(entering);
    }
  });

  test('queues behind those that came before it', () => {
    expect(enterLane(a, [b], c)).toMatchObject({
      do: 'wait',
      waiting: [b, c],
      superseded: [],
      supersedesHolder: false,
    });
  });

  test('supersedes whoever runs, and all that wait', () => {
    const newest = ticket('d', 'supersede');
    const entering = { do: 'wait', waiting: [newest], superseded: [b, c], supersedesHolder: true };
    expect(enterLane(a, [b, c], newest)).toEqual(entering);
    expect(enterLane('unknown', [], newest)).toMatchObject({ supersedesHolder: true });
    expect(enterLane(null, [b], newest)).toMatchObject({ superseded: [b], supersedesHolder: false });
  });

  test('is refused, or follows, where it asks for that', () => {
    expect(enterLane(a, [], ticket('d', 'reject'))).toEqual({ do: 'refuse' });
    expect(enterLane(null, [b], ticket('d', 'reject'))).toEqual({ do: 'refuse' });
    expect(enterLane(a, [b], ticket('d', 'attach'))).toEqual({ do: 'follow' });
    expect(enterLane(null, [b, c], ticket('d', 'attach'))).toEqual({ do: 'attach', to: b });
  });

  test('attaches to itself where it runs or waits; another content under its id is told', () => {
    for (const whenBusy of ['reject', 'queue', 'supersede'] as const) {
      expect(enterLane(a, [b], ticket('a', whenBusy))).toEqual({ do: 'attach', to: a });
      expect(enterLane(a, [b], ticket('b', whenBusy))).toEqual({ do: 'attach', to: b });
      expect(enterLane(a, [b], ticket('b', whenBusy, 'else'))).toEqual({ do: 'invalid', other: b });
    }
  });
});
