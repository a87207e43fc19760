import type { StreamChange } from '../../../worker/watch/project-watch';
import { StreamNews } from '../../../worker/watch/stream-news';

const LOST = { to: 'lost', why: 'it was closed' } as const;
const BACK = { to: 'back', awayMillis: 60_000 } as const;

let said: StreamChange['to'][];
let news: StreamNews;
beforeEach(() => {
  jest.useFakeTimers();
  said = [];
  news = new StreamNews(({ to }) => void said.push(to));
});
afterEach(() => {
  news.close();
  jest.useRealTimers();
});

test('lost for a while, it is said once, and that it is back, once', () => {
  news.stream({ to: 'up' });
  news.stream(LOST);
  jest.advanceTimersByTime(19_000);
  expect(said).toEqual([]);
  jest.advanceTimersByTime(600_000);
  news.stream(BACK);
  expect(said).toEqual(['lost', 'back']);
});

test('back sooner, nothing is said', () => {
  news.stream(LOST);
  jest.advanceTimersByTime(19_000);
  news.stream(BACK);
  jest.advanceTimersByTime(600_000);
  expect(said).toEqual([]);
});

test('while Rancher does not answer at all that is told, and not the stream; only where it stays away after that', () => {
  news.stream(LOST);
  news.circuit({ to: 'open' });
  jest.advanceTimersByTime(600_000);
  news.circuit({ to: 'closed' });
  jest.advanceTimersByTime(60_000);
  expect(said).toEqual([]);
  jest.advanceTimersByTime(60_000);
  expect(said).toEqual(['lost']);
  news.stream(BACK);
  expect(said).toEqual(['lost', 'back']);
});

test('an outage that takes the stream along says nothing of it', () => {
  news.circuit({ to: 'open' });
  news.stream(LOST);
  jest.advanceTimersByTime(60_000);
  news.circuit({ to: 'closed' });
  jest.advanceTimersByTime(60_000);
  news.stream(BACK);
  jest.advanceTimersByTime(600_000);
  expect(said).toEqual([]);
});

test('that it tells nothing, and tells again, is said at once', () => {
  news.stream({ to: 'deaf', serviceId: '1s1' });
  news.stream({ to: 'heard' });
  expect(said).toEqual(['deaf', 'heard']);
});
