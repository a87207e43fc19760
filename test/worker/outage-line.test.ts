import { outageLine } from '../../worker/outage-line';

const prod = { alias: 'prod', webUrl: 'https://rancher.example.com' };

test('Rancher went: which one, what that means, and why', () => {
  expect(outageLine(prod, { to: 'open', cause: 'GET /v2-beta/projects on rancher.example.com: 502.' })).toBe(
    'Rancher of prod (https://rancher.example.com) does not answer: deployments there wait, and it is asked now and then until it does. GET /v2-beta/projects on rancher.example.com: 502.',
  );
});

test('Rancher is back: after how long', () => {
  expect(outageLine(prod, { to: 'closed', awayMillis: 3_600_400, heldBack: 4711 })).toBe(
    'Rancher of prod (https://rancher.example.com) answers again, after 3600 s; 4711 requests were held back',
  );
});
