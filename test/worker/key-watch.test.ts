import { secretFromFile, secretFromVariable } from '../../credentials/secret-source';
import { KeyWatch } from '../../worker/key-watch';

const FILE = secretFromFile('/run/secrets/key');
const VARIABLE = secretFromVariable('KEY', {});
const GRACE_MILLIS = 60_000;

function watching(...sources: ConstructorParameters<typeof KeyWatch>[0][number][]): {
  watch: KeyWatch;
  pass: (millis: number) => void;
} {
  let now = 1_000;
  return { watch: new KeyWatch(sources, GRACE_MILLIS, () => now), pass: (millis) => void (now += millis) };
}

test('a key that was never accepted is wrong, and nobody waits for another', () => {
  const { watch } = watching(FILE, FILE);
  watch.saw({ outcome: 'not-found' });
  expect(watch.refused()).toBe(false);
});

test('one that was accepted is being replaced, for as long as the grace', () => {
  const { watch, pass } = watching(VARIABLE, FILE);
  watch.saw({ outcome: 'ok' });
  expect(watch.refused()).toBe(true);
  pass(GRACE_MILLIS - 1);
  watch.saw({ outcome: 'server-trouble' });
  expect(watch.refused()).toBe(true);
  pass(1);
  expect(watch.refused()).toBe(false);
});

test('a new one that is accepted begins anew', () => {
  const { watch, pass } = watching(FILE);
  watch.saw({ outcome: 'ok' });
  watch.refused();
  pass(GRACE_MILLIS);
  watch.saw({ outcome: 'ok' });
  expect(watch.refused()).toBe(true);
});

test('where both are variables there can be no other one', () => {
  const { watch } = watching(VARIABLE, VARIABLE);
  watch.saw({ outcome: 'ok' });
  expect(watch.refused()).toBe(false);
});

test('a refusal has the source renewed', () => {
  let renewed = 0;
  const source = {
    ...FILE,
    place: 'command vault',
    mayChange: true,
    read: () => 'key',
    renew: async () => {
      renewed += 1;
    },
  };
  const { watch } = watching(source);
  watch.refused();
  expect(renewed).toBe(1);
});
