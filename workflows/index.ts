export { listPending } from './list-pending';
export { planUpgrade } from './plan-upgrade';
export { upgradeService } from './upgrade-service';
