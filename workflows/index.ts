export { lane } from './lane';
export { listPending } from './list-pending';
export { notify } from './notify';
export { planUpgrade } from './plan-upgrade';
export { release } from './release';
export { releaseDecision } from './release-decision';
export { upgradeService } from './upgrade-service';
