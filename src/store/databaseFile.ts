/** The one file of a store, in its folder. */

export const databaseFile = 'yoban.duckdb';
