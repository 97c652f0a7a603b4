{ print plain($0) }
