import { RememberedProjects, REMEMBERED_MILLIS } from '../../rancher/remembered-projects';
import type { Project } from '../../rancher/resources';
import { settled } from './hand-clock';

const prod: Project = { id: '1a5', name: 'prod', state: 'active', removed: null };
const other: Project = { ...prod, id: '1a99' };
const calledOff = (): Error => new Error('gone');

let now: number;
let projects: RememberedProjects;
/** Lookups that were begun; each is answered by the test. */
let lookups: { answer: (project: Project) => void; fail: (error: Error) => void; signal: AbortSignal }[];

beforeEach(() => {
  now = 5_000;
  lookups = [];
  projects = new RememberedProjects(() => now);
});

const lookUp = (signal: AbortSignal): Promise<Project> =>
  new Promise((resolve, reject) => {
    lookups.push({ answer: resolve, fail: reject, signal });
    signal.addEventListener('abort', () => reject(new Error('called off')));
  });
const find = (name = 'prod', signal?: AbortSignal): Promise<Project> => projects.find(name, signal, lookUp, calledOff);

async function found(project: Project, name = 'prod'): Promise<void> {
  const finding = find(name);
  await settled();
  lookups.at(-1)?.answer(project);
  await expect(finding).resolves.toEqual(project);
}

test('what was found is known for a minute from the question on', async () => {
  const finding = find();
  await settled();
  now += 20_000;
  lookups[0]?.answer(prod);
  await finding;
  now += REMEMBERED_MILLIS - 20_001;
  await expect(find()).resolves.toBe(await finding);
  expect(lookups).toHaveLength(1);
  now += 1;
  await found(other);
  expect(lookups).toHaveLength(2);
  await expect(find()).resolves.toEqual(other);
});

test('each name and id is asked for by itself', async () => {
  await found(prod, 'prod');
  await found(prod, '1a5');
  expect(lookups).toHaveLength(2);
});

test('lookups at the same time are one, which goes on for those who stay', async () => {
  const controller = new AbortController();
  const [gone, ...all] = [find('prod', controller.signal), find(), find()];
  await settled();
  controller.abort();
  await expect(gone).rejects.toThrow('gone');
  lookups[0]?.answer(prod);
  await expect(Promise.all(all)).resolves.toEqual([prod, prod]);
  expect(lookups).toHaveLength(1);
});

test('a lookup that nobody waits for is called off, and not joined', async () => {
  const controller = new AbortController();
  const gone = find('prod', controller.signal);
  await settled();
  controller.abort();
  const next = find();
  await expect(gone).rejects.toThrow('called off');
  await settled();
  expect(lookups.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  lookups[1]?.answer(prod);
  await expect(next).resolves.toEqual(prod);
});

test('a failure goes to all who wait, and is not remembered', async () => {
  const both = [find(), find()];
  await settled();
  lookups[0]?.fail(new Error('there are two'));
  for (const one of both) await expect(one).rejects.toThrow('there are two');
  await found(prod);
});

test('a project is forgotten by its id, under every name', async () => {
  await found(prod, 'prod');
  await found(prod, '1a5');
  await found(other, 'other');
  projects.forget('1a5');
  await found(other, 'prod');
  await found(prod, '1a5');
  await expect(find('other')).resolves.toEqual(other);
  expect(lookups).toHaveLength(5);
});

test('what was asked for before something was forgotten is not remembered', async () => {
  const finding = find();
  await settled();
  projects.forget('1a5');
  lookups[0]?.answer(prod);
  await finding;
  await found(other);
});

test('a lookup that is asked for is done, and what it finds takes the place of what was known', async () => {
  await found(prod);
  await expect(projects.note('prod', () => Promise.resolve(other))).resolves.toEqual(other);
  await expect(find()).resolves.toEqual(other);
  await expect(projects.note('prod', () => Promise.reject(new Error('none')))).rejects.toThrow('none');
  await found(prod);
});
