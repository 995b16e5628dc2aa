import { Module } from '@nestjs/common';
import { LandingController } from './entry/landing.controller.ts';

@Module({ controllers: [LandingController] })
export class GatewayModule {}
