/** Those of Kafka's error codes that something here goes by: https://kafka.apache.org/protocol#protocol_error_codes */
export const errorCodes = {
  offsetOutOfRange: 1,
  unknownTopic: 3,
  leaderNotAvailable: 5,
  notLeader: 6,
  brokerNotAvailable: 8,
  rebalanceInProgress: 27,
} as const;
