#!/usr/bin/env node
// Before anything else is loaded.
import '../cli/keep-compiled';
import { runProcess } from '../cli/run-process';
import { runDialect } from './run-dialect';

runProcess((io) => runDialect(process.argv.slice(2), io));
