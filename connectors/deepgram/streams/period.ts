/** The columns that every daily stream begins with. */
export const period = [
  { name: 'project_id', type: 'string', role: 'dimension', required: true, description: 'Deepgram project' },
  { name: 'project_name', type: 'string', role: 'dimension', description: 'Name of the project' },
  { name: 'date', type: 'date', role: 'dimension', required: true, description: 'UTC day' },
  {
    name: 'period_end',
    type: 'date',
    role: 'dimension',
    description: 'End of the period, as Deepgram gives it',
  },
] as const;
