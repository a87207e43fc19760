import { streamLine } from '../../../worker/watch/stream-line';

const prod = { alias: 'prod', webUrl: 'https://rancher.example.com' };

test('the stream went: of which Rancher, what that means, and why', () => {
  expect(streamLine(prod, { to: 'lost', why: 'nothing came for 20 s' })).toBe(
    "Rancher's event stream of prod (https://rancher.example.com) does not open: deployments there are read more often instead, and it is tried again until it does. nothing came for 20 s",
  );
});

test('it is back: after how long', () => {
  expect(streamLine(prod, { to: 'back', awayMillis: 61_400 })).toBe(
    "Rancher's event stream of prod (https://rancher.example.com) is open again, after 61 s",
  );
});

test('it is open and says nothing: of what, and what that means', () => {
  expect(streamLine(prod, { to: 'deaf', serviceId: '1s7' })).toBe(
    "Rancher's event stream of prod (https://rancher.example.com) is open and tells nothing: service 1s7 changed and no event came of it. Deployments there are read more often instead, until events come again",
  );
  expect(streamLine(prod, { to: 'heard' })).toBe(
    "Rancher's event stream of prod (https://rancher.example.com) tells again what changes",
  );
});

test('that it opens is no news', () => {
  expect(streamLine(prod, { to: 'up' })).toBeNull();
});
