import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditFreshness, AuditLog, auditOutcomes, VerifyAudit, type VerifyCursor } from '@millrace/clickhouse';
import { encodePageToken, readPageToken } from '@millrace/mlflow-protocol';
import {
  ApiJsonQuery,
  ApiJsonResponse,
  ApiProblems,
  CodedError,
  parseRequest,
  readMoment,
} from '@millrace/service-kit';
import { z } from 'zod';
import { auditEntryJson, auditPage, verification, verificationJson } from './audit-json.ts';

const text = z.string().max(1000).optional();
const query = z.object({
  actor: text,
  subjectKind: text,
  subjectId: text,
  command: text,
  outcome: z.enum(auditOutcomes).optional(),
  requestId: text,
  from: text.describe('Not before this time: milliseconds since 1970 or ISO 8601'),
  to: text.describe('Before this time'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  pageToken: z.string().max(2000).optional(),
});
const verifyQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1_000_000).default(100_000).describe('How many entries one call verifies'),
  cursor: z.string().max(2000).optional(),
});

const place = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const small = z.number().int().nonnegative().max(0xffff_ffff);
const keySchema = z.object({
  atMs: z.number().int(),
  topic: z.string(),
  generation: small,
  partition: small,
  offset: place,
  item: small,
});
const cursorSchema = z.object({
  topic: z.string(),
  partition: small,
  position: z.object({ offset: place, item: small, hash: z.string(), valueHash: z.string() }).nullable(),
});

/** What was done by whom, of both services, and the proof that nobody has changed it since. */
@ApiTags('audit')
@ApiProblems(400, 503)
@Controller('api/v1/audit')
export class AuditController {
  readonly #log: AuditLog;
  readonly #verify: VerifyAudit;
  readonly #freshness: AuditFreshness;

  constructor(
    @Inject(AuditLog) log: AuditLog,
    @Inject(VerifyAudit) verify: VerifyAudit,
    @Inject(AuditFreshness) freshness: AuditFreshness,
  ) {
    this.#log = log;
    this.#verify = verify;
    this.#freshness = freshness;
  }

  @Get()
  @ApiJsonQuery(query)
  @ApiJsonResponse(200, auditPage, 'The newest first, with everything that was acknowledged before the call.')
  async search(@Query() asked: unknown): Promise<z.infer<typeof auditPage>> {
    const { limit, pageToken, from, to, ...same } = parseRequest(query, asked);
    const filter = { ...same, fromMs: timeOf('from', from), toMs: timeOf('to', to) };
    const after = keyOf(readPageToken(filter, pageToken));
    await this.#freshness.reached();
    const { entries, last } = await this.#log.search(filter, { limit, after });
    return {
      entries: entries.map(auditEntryJson),
      ...(last !== null && { nextPageToken: encodePageToken(filter, last) }),
    };
  }

  @Get('verify')
  @ApiJsonQuery(verifyQuery)
  @ApiJsonResponse(200, verification, 'The chains, recomputed and compared with the logs, from the cursor on.')
  async verify(@Query() asked: unknown): Promise<z.infer<typeof verification>> {
    const { cursor, limit } = parseRequest(verifyQuery, asked);
    return verificationJson(await this.#verify.run(cursorOf(cursor), limit));
  }
}

function timeOf(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const moment = readMoment(given);
  if ('atMs' in moment) return moment.atMs;
  throw new CodedError('MOMENT_INVALID', `${name}=${given} is no time: give milliseconds since 1970 or ISO 8601`);
}

/** A token that we did not make may say anything. */
function keyOf(said: unknown): z.infer<typeof keySchema> | null {
  return said === undefined ? null : parseRequest(keySchema, said);
}

function cursorOf(text: string | undefined): VerifyCursor | null {
  if (text === undefined) return null;
  let said: unknown;
  try {
    said = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    said = undefined;
  }
  return parseRequest(cursorSchema, said);
}
