import { coverage } from './coverage';
import { startPlayback } from './playback';
import { isArray, isObject, readRecording, recordingNames } from './recording';
import type { Json } from './recording';
import { replay } from './replay';
import { scenes } from './scene';

/** Recordings in which something happened that was not recorded: they cannot be played back as they are. */
const playable = recordingNames().filter(
  (name) => scenes[name]?.nudges === undefined && scenes[name]?.skip === undefined,
);

async function against(name: string, spoil?: (body: Json, path: string) => Json) {
  const recording = readRecording(name);
  const playback = await startPlayback(recording, spoil);
  try {
    return await replay(recording, playback, 10_000);
  } finally {
    await playback.close();
  }
}

describe('the replay of a recording', () => {
  it.each(playable)('finds no mismatch when %s is answered with itself', async (name) => {
    const report = await against(name);
    expect(report.mismatches).toEqual([]);
    expect(report.exchanges).toBeGreaterThan(3);
  });

  it('notices another state on the way and another field where it came to rest', async () => {
    const onTheWay = await against('02-upgrade-finish-v2', (body) =>
      isObject(body) && body['state'] === 'finishing-upgrade' ? { ...body, state: 'canceling-upgrade' } : body,
    );
    expect(onTheWay.mismatches.map((mismatch) => mismatch.path)).toContain('states passed');
    const settled = await against('02-upgrade-finish-v2', (body) =>
      isObject(body) && body['state'] === 'upgraded' ? { ...body, fqdn: 'web.example.com' } : body,
    );
    expect(settled.mismatches.map((mismatch) => mismatch.path)).toContain('fqdn');
  });

  it('notices another service in a listing', async () => {
    const report = await against('01c-same-name-two-stacks', (body) => {
      const data = isObject(body) ? body['data'] : undefined;
      return isArray(data) && isObject(body) ? { ...body, data: data.slice(1) } : body;
    });
    expect(report.mismatches.length).toBeGreaterThan(3);
  });
});

describe('the table of the recordings', () => {
  it('lists every recording that is kept here as replayed, and no other', () => {
    const replayed = Object.entries(coverage).filter(([, entry]) => entry.replayed);
    expect(replayed.map(([name]) => name).sort()).toEqual(recordingNames());
  });

  it('says why a recording is left out', () => {
    const reasons = Object.values(coverage).flatMap((entry) => (entry.replayed ? [] : [entry.reason]));
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons) expect(reason.length).toBeGreaterThan(20);
  });
});
