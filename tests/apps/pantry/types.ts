export type Item = { id: number, name: string, shelf: string, have: boolean };
export enum Order { Name = "name", Newest = "newest" }
