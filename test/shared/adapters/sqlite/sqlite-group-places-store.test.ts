import { openHistoryDatabase } from '../../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteGroupPlacesStore } from '../../../../shared/adapters/sqlite/sqlite-group-places-store.ts';
import { describeGroupPlaces } from '../group-places-contract.ts';

describeGroupPlaces('groups with metrics of their own, in SQLite', async () => {
  const database = openHistoryDatabase(':memory:');
  return {
    open: (deployment) => createSqliteGroupPlacesStore(database, deployment),
    stop: async () => database.close(),
  };
});
