import { Module } from '@nestjs/common';
import { ProbeHandler } from './probe.handler.js';

@Module({ providers: [ProbeHandler] })
export class ProbeModule {}
