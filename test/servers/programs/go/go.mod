module portguard.test/server

go 1.24
