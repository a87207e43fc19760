export { listPending } from './list-pending';
export { notify } from './notify';
export { planUpgrade } from './plan-upgrade';
export { upgradeService } from './upgrade-service';
