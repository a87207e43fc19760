import type { JsonObject, ProjectSeed, ServiceSeed, StackSeed, WorldSeed } from './world-seed';

/**
 * Two environments of a shop, modelled on the recorded services, odd but real attributes included; and a small stack that goes from `dev`
 * through four others.
 */
export function demoSeed(): WorldSeed {
  return {
    keys: [
      { accessKey: 'demo-owner', secretKey: 'demo-owner-secret', role: 'owner' },
      { accessKey: 'demo-dev', secretKey: 'demo-dev-secret', role: 'member', projects: ['dev'] },
      { accessKey: 'demo-prod', secretKey: 'demo-prod-secret', role: 'member', projects: ['prod'] },
      { accessKey: 'demo-release', secretKey: 'demo-release-secret', role: 'member', projects: ['dev', ...FURTHER] },
      { accessKey: 'demo-readonly', secretKey: 'demo-readonly-secret', role: 'readonly' },
    ],
    projects: [
      environment('dev', '1a5', [shop()]),
      environment('prod', '1a7'),
      ...FURTHER.map((name, index) => ({ name, id: `1a${String(9 + 2 * index)}`, stacks: [shop()] })),
    ],
    behaviours: [
      { image: 'docker:example/api:2.0-unhealthy', neverHealthy: true },
      { image: 'docker:example/worker:2.0-broken', startFails: true },
      { image: 'docker:example/web:slow', pullMillis: 20_000 },
      { image: 'docker:example/shop-web:3.0-broken', startFails: true },
    ],
  };
}

/** Where the small stack goes from `dev`. */
const FURTHER = ['qa', 'demo', 'prod-dmz1', 'prod-dmz2'] as const;

function environment(name: string, id: string, more: StackSeed[] = []): ProjectSeed {
  return {
    name,
    id,
    stacks: [
      { name: 'storefront', description: 'shop', services: [web(), api(), worker(), edge(), checkout()] },
      { name: 'billing', description: 'invoices', services: [ledger(), mailer(), agent()] },
      ...more,
    ],
  };
}

/** Three services, the later ones of which need the earlier ones. */
function shop(): StackSeed {
  const service = (name: string): ServiceSeed => ({
    name,
    launchConfig: {
      imageUuid: `docker:example/shop-${name}:1.0`,
      environment: { APP_ENV: 'production' },
      labels: { team: 'shop' },
    },
  });
  return { name: 'shop', description: 'small', services: [service('db'), service('api'), service('web')] };
}

function web(): ServiceSeed {
  return {
    name: 'web',
    scale: 2,
    launchConfig: {
      imageUuid: 'docker:example/web:1.0',
      capAdd: ['NET_ADMIN'],
      command: ['nginx', '-g', 'daemon off;'],
      dataVolumes: ['/var/cache/nginx', '/data/web:/data:ro'],
      dns: ['8.8.8.8'],
      environment: { APP_ENV: 'production', DB_HOST: 'db', EMPTY: '' },
      labels: {
        team: 'shop',
        'io.rancher.container.pull_image': 'always',
        'io.rancher.scheduler.affinity:container_label_soft_ne': 'io.rancher.stack_service.name=storefront/web',
      },
      logConfig: { type: 'logConfig', config: { 'max-size': '10m' }, driver: 'json-file' },
      memory: 268435456,
      ports: ['8080:80/tcp', '8443:443/tcp'],
      stdinOpen: true,
      tty: true,
    },
    secondaryLaunchConfigs: [
      {
        name: 'logger',
        imageUuid: 'docker:example/fluentd:0.12',
        environment: { LEVEL: 'info' },
        dataVolumesFromLaunchConfigs: [],
      },
    ],
  };
}

function api(): ServiceSeed {
  return {
    name: 'api',
    scale: 2,
    launchConfig: {
      imageUuid: 'docker:example/api:1.0',
      environment: { PORT: '9000' },
      healthCheck: healthCheck(9000, 'GET /health HTTP/1.0'),
      labels: { team: 'core' },
      sysctls: { 'net.core.somaxconn': '1024' },
      ulimits: [{ type: 'ulimit', name: 'nofile', soft: 65536, hard: 65536 }],
    },
  };
}

function worker(): ServiceSeed {
  return {
    name: 'worker',
    launchConfig: {
      imageUuid: 'docker:example/worker:1.0',
      environment: { QUEUE: 'orders', CONCURRENCY: '4' },
      labels: { team: 'core' },
      restartPolicy: { name: 'always' },
      stopSignal: 'SIGINT',
    },
    metadata: { owner: 'core', tier: 2 },
  };
}

function edge(): ServiceSeed {
  return {
    name: 'lb',
    type: 'loadBalancerService',
    launchConfig: {
      imageUuid: 'docker:rancher/lb-service-haproxy:v0.9.14',
      healthCheck: { ...healthCheck(42, null), strategy: null, reinitializingTimeout: 60000 },
      labels: {
        'io.rancher.container.agent.role': 'environmentAdmin,agent',
        'io.rancher.container.agent_service.drain_provider': 'true',
        'io.rancher.container.create_agent': 'true',
      },
      ports: ['20080:20080/tcp'],
    },
    lbConfig: { portRules: [{ protocol: 'http', sourcePort: 20080, targetPort: 80 }] },
  };
}

/** Somebody left an upgrade unfinished here. */
function checkout(): ServiceSeed {
  const config = (tag: string): JsonObject => ({
    imageUuid: `docker:example/checkout:${tag}`,
    environment: { MODE: 'live' },
    labels: { team: 'pay' },
  });
  return {
    name: 'checkout',
    scale: 2,
    launchConfig: config('1.0'),
    state: 'upgraded',
    pendingLaunchConfig: config('1.1'),
  };
}

function ledger(): ServiceSeed {
  return {
    name: 'ledger',
    scale: 2,
    launchConfig: {
      imageUuid: 'docker:registry.example.com:5000/billing/ledger:3.4.1',
      environment: { DB_HOST: 'db', DB_POOL: '8' },
      dataVolumes: ['ledger:/var/lib/ledger'],
      healthCheck: healthCheck(8080, 'GET /ready HTTP/1.0'),
    },
  };
}

function mailer(): ServiceSeed {
  return {
    name: 'mailer',
    launchConfig: { imageUuid: 'docker:example/mailer:7', labels: { team: 'billing' } },
    startOnCreate: false,
  };
}

function agent(): ServiceSeed {
  return {
    name: 'agent',
    launchConfig: { imageUuid: 'docker:example/agent:1', labels: { 'io.rancher.scheduler.global': 'true' } },
  };
}

function healthCheck(port: number, requestLine: string | null): JsonObject {
  return {
    type: 'instanceHealthCheck',
    healthyThreshold: 2,
    initializingTimeout: 60000,
    interval: 2000,
    port,
    requestLine,
    responseTimeout: 2000,
    unhealthyThreshold: 3,
  };
}
