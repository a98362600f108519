import { z } from 'zod';
import { maxUploadBytes } from '../../limits.js';
import { reportRequestSchema } from '../../rest/shipped/report.js';
import { signedUpSchema, signUpSchema } from '../../rest/shipped/sign-up.js';
import { acceptedTaskSchema, imageTypes, taskViewSchema, uploadedImageSchema } from '../../rest/jobs/task.js';
import { imageIdParameter, jobIdParameter, noBodyAsked, submitHeaders } from '../parameters.js';
import { readJobProblems, submitProblems } from '../problem-groups.js';
import type { RouteAnswer, RouteContract } from '../route-contract.js';

const accepted: RouteAnswer = {
  description: 'The job is accepted; `task_id` is its id.',
  schema: acceptedTaskSchema,
  headers: { Location: 'Path of the task.' },
};

const ofImages = ['invalid_image_id', 'image_not_found', 'storage_unavailable'] as const;

export const taskRoutes: readonly RouteContract[] = [
  {
    route: 'PUT /images/{image_id}',
    operationId: 'uploadImage',
    tag: 'Tasks',
    scope: 'submit',
    summary: 'Upload an image under an id of your own',
    description: `JPEG, PNG, WebP, GIF, AVIF or TIFF of at most ${maxUploadBytes / 1024 ** 2} MiB; its format is read from its bytes. The same bytes again change nothing.`,
    path: { image_id: imageIdParameter },
    body: {
      contentTypes: [...imageTypes, 'application/octet-stream'],
    },
    answers: {
      200: { description: 'These bytes were stored before.', schema: uploadedImageSchema },
      201: { description: 'Stored.', schema: uploadedImageSchema },
    },
    problems: [
      'invalid_image_id',
      'image_conflict',
      'upload_too_large',
      'unsupported_image',
      'unsupported_media_type',
      'storage_unavailable',
      'storage_full',
    ],
  },
  {
    route: 'POST /images/{image_id}/process',
    operationId: 'processImage',
    tag: 'Tasks',
    scope: 'submit',
    summary: 'Have a thumbnail of 300×300 made',
    path: { image_id: imageIdParameter },
    headers: submitHeaders,
    body: noBodyAsked,
    answers: { 202: accepted },
    problems: [...ofImages, ...submitProblems],
  },
  {
    route: 'POST /images/{image_id}/text',
    operationId: 'readImageText',
    tag: 'Tasks',
    scope: 'submit',
    summary: 'Have the English text in an image read',
    path: { image_id: imageIdParameter },
    headers: submitHeaders,
    body: noBodyAsked,
    answers: { 202: accepted },
    problems: [...ofImages, ...submitProblems],
  },
  {
    route: 'GET /images/{image_id}/thumbnail',
    operationId: 'downloadThumbnail',
    tag: 'Tasks',
    scope: 'read',
    summary: 'Download the thumbnail',
    path: { image_id: imageIdParameter },
    headers: { 'If-None-Match': z.string().optional().describe('The ETag that is known.') },
    answers: {
      200: {
        description: 'The image.',
        contentType: 'image/*',
        headers: { ETag: 'SHA-256 of the bytes.' },
      },
      304: { description: 'It is the one that is known.' },
    },
    problems: [...ofImages, 'thumbnail_not_found'],
  },
  {
    route: 'POST /reports',
    operationId: 'requestReport',
    tag: 'Tasks',
    scope: 'submit',
    summary: 'Have a report drawn, and a mail sent when it is ready',
    headers: submitHeaders,
    body: {
      schema: reportRequestSchema,
      examples: {
        activity: { summary: 'Activity of a user', value: { user_id: 'ada', report_type: 'activity' } },
      },
    },
    answers: { 202: accepted },
    problems: submitProblems,
  },
  {
    route: 'GET /reports/{task_id}',
    operationId: 'downloadReport',
    tag: 'Tasks',
    scope: 'read',
    summary: 'Download a report',
    path: { task_id: jobIdParameter },
    answers: {
      200: {
        description: 'The report.',
        contentType: 'application/pdf',
        headers: { ETag: 'SHA-256 of the bytes.' },
      },
    },
    problems: [
      ...readJobProblems,
      'report_not_ready',
      'report_failed',
      'report_not_found',
      'storage_unavailable',
    ],
  },
  {
    route: 'POST /signup',
    operationId: 'signUp',
    tag: 'Tasks',
    scope: 'submit',
    summary: 'Sign up: answered at once, the welcome is mailed later',
    headers: submitHeaders,
    body: {
      schema: signUpSchema,
      examples: { ada: { summary: 'Somebody', value: { email: 'ada@example.com', name: 'Ada' } } },
    },
    answers: {
      201: {
        description: 'Signed up; `task_id` is the job that mails the welcome.',
        schema: signedUpSchema,
        headers: { Location: 'Path of the task.' },
      },
    },
    problems: submitProblems,
  },
  {
    route: 'GET /tasks/{task_id}',
    operationId: 'readTask',
    tag: 'Tasks',
    scope: 'read',
    summary: 'Read a job in Celery’s words',
    path: { task_id: jobIdParameter },
    answers: { 200: { description: 'The task as it is.', schema: taskViewSchema } },
    problems: readJobProblems,
  },
];
